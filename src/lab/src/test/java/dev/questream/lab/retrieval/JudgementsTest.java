package dev.questream.lab.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Questions of a file of judgements. */
class JudgementsTest {
  @TempDir Path folder;

  private static String line(String question, Object passage, Object score) {
    return "{\"question\": \"%s\", \"passage\": %s, \"score\": %s, \"at\": 1}\n"
        .formatted(question, passage, score);
  }

  private QuestionSet read(String content) throws IOException {
    return QuestionSet.read(Files.writeString(folder.resolve("judged.jsonl"), content));
  }

  @Test
  void shouldTakeTheBestPassagesOfEachQuestionAsAnswers() throws IOException {
    QuestionSet questions =
        read(
            line("who?", 7, -3.5)
                + line(" who? ", "\"b\"", -1)
                + "\n"
                + line("when?", "\"x\"", 0)
                + line("when?", "\"y\"", 0)
                + line("what?", 1, 0)
                + line("who?", 9, -1)
                + line("what?", 2, 0)
                + line("what?", 1, 1) // the last of question and passage counts
                + line("one?", "\"only\"", 0));
    assertThat(questions.questions())
        .as("of \"when?\" nothing is known")
        .containsExactly(
            new QuestionAnswers("who?", List.of("9", "b"), true),
            new QuestionAnswers("what?", List.of("1"), true),
            new QuestionAnswers("one?", List.of("only"), true));
    assertThat(questions.judged()).isTrue();
    assertThat(questions.name()).isEqualTo("judged.jsonl");
    assertThat(questions.sha256()).hasSize(64);
  }

  @Test
  void shouldNameTheLineThatIsDamaged() {
    assertThatThrownBy(() -> read(line("a", 1, 1) + "a\t['b']\n"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("judged.jsonl, line 2: a line is {\"question\": text");
  }

  @Test
  void shouldRefuseJudgementsThatTellNothingApart() {
    assertThatThrownBy(() -> read(line("a", 1, 0) + line("a", 2, 0)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no question with a passage that is better");
  }
}
