package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No question is learnt from and asked. */
class SplitsTest {
  @TempDir Path folder;

  private final DistilOptions options = new DistilOptions();

  private Path file(String name, String... questions) throws IOException {
    return Files.writeString(
        folder.resolve(name), String.join("\t['a']\n", questions) + "\t['a']\n");
  }

  private static List<String> texts(QuestionSet questions) {
    return questions.questions().stream().map(QuestionAnswers::question).toList();
  }

  @Test
  void shouldNotLearnFromWhatIsHeldOut() throws IOException {
    options.questions =
        file("train.csv", "who wrote Faust", "who wrote Emma?", "who is it", "Who is it?");
    options.heldOut = file("dev.csv", "who  wrote\u00a0faust?", "another");
    Splits splits = Splits.of(options);
    assertThat(texts(splits.training()))
        .containsExactly("who wrote Emma?", "who is it", "Who is it?");
    assertThat(texts(splits.heldOut())).containsExactly("who  wrote\u00a0faust?", "another");
    assertThat(splits.common()).isEqualTo(1);
    assertThat(splits.repeated()).isEqualTo(1);
    assertThat(splits.heldOut().sha256()).hasSize(64);
  }

  @Test
  void shouldNotShareAQuestionThatStandsThereTwice() throws IOException {
    String[] same = new String[20];
    java.util.Arrays.setAll(same, i -> i % 2 == 0 ? "what is it" : "number " + i);
    options.questions = file("train.csv", same);
    options.heldOutShare = 0.2;
    for (options.seed = 1; options.seed < 20; options.seed++) {
      Splits splits = Splits.of(options);
      assertThat(texts(splits.training())).doesNotContainAnyElementsOf(texts(splits.heldOut()));
      assertThat(splits.training().size() + splits.common()).isEqualTo(16);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'Who is it?',who is it",
    "'  WHO\u3000is\tit ?! ',who is it",
    "'who made c++?',who made c++",
    "'who made c?',who made c",
    "'\uff57ho is it',who is it",
    "'?','?'",
    "'\"quoted\" (or not)?','\"quoted\" (or not'"
  })
  void shouldKnowTheSameQuestion(String question, String form) {
    assertThat(Splits.form(question)).isEqualTo(form);
  }
}
