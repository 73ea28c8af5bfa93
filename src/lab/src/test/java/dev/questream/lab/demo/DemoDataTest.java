package dev.questream.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.Passage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDataTest {
  @TempDir Path folder;

  private final DemoData bundled = DemoData.load(null, Long.MAX_VALUE);

  @Test
  void shouldBundleHundredsOfQuestionsAndPassages() {
    assertThat(bundled.questions()).hasSizeGreaterThanOrEqualTo(200);
    assertThat(bundled.passages()).hasSizeGreaterThanOrEqualTo(200);
    assertThat(bundled.questions())
        .allSatisfy(
            question -> {
              assertThat(question.id()).isNotBlank();
              assertThat(question.text()).isNotBlank().isEqualTo(question.text().strip());
            });
    assertThat(bundled.passages())
        .allSatisfy(
            passage -> {
              assertThat(passage.id()).isNotBlank();
              assertThat(passage.title()).isNotBlank();
              assertThat(passage.text()).isNotBlank();
            });
  }

  @Test
  void shouldHaveUniqueIdsAndTexts() {
    assertThat(bundled.questions().stream().map(DemoData.Question::id)).doesNotHaveDuplicates();
    assertThat(bundled.questions().stream().map(DemoData.Question::text)).doesNotHaveDuplicates();
    assertThat(bundled.passages().stream().map(Passage::id)).doesNotHaveDuplicates();
    assertThat(bundled.passages().stream().map(Passage::text)).doesNotHaveDuplicates();
  }

  @Test
  void shouldHaveThePassageThatAnswersEachQuestion() {
    Set<String> passages = bundled.passages().stream().map(Passage::id).collect(Collectors.toSet());
    assertThat(bundled.questions())
        .allSatisfy(question -> assertThat(passages).contains(question.answer()));
  }

  @Test
  void shouldAskInSeveralLanguages() {
    Map<String, Long> languages =
        bundled.questions().stream()
            .collect(Collectors.groupingBy(DemoData.Question::language, Collectors.counting()));
    assertThat(languages.keySet()).allMatch(language -> language.matches("[a-z]{2}"));
    assertThat(languages).hasSizeGreaterThanOrEqualTo(3).containsKey("en");
  }

  @Test
  void shouldAskTheFirstQuestionsOnly() {
    assertThat(DemoData.load(null, 3).questions()).isEqualTo(bundled.questions().subList(0, 3));
    assertThat(DemoData.load(null, 3).passages()).isEqualTo(bundled.passages());
  }

  @Test
  void shouldTakeTheUsersQuestions() throws IOException {
    Path file = Files.writeString(folder.resolve("q.jsonl"), "{\"id\":\"x\",\"text\":\"Why?\"}\n");
    assertThat(DemoData.load(file, Long.MAX_VALUE).questions())
        .containsExactly(new DemoData.Question("x", "Why?", "", ""));
    Path text = Files.writeString(folder.resolve("q.txt"), "Why?\nHow?\nWho?\n");
    assertThat(DemoData.load(text, 2).questions())
        .containsExactly(
            new DemoData.Question("1", "Why?", "", ""), new DemoData.Question("2", "How?", "", ""));
  }

  private static FatalException failure(Path file, long limit) {
    return catchThrowableOfType(FatalException.class, () -> DemoData.load(file, limit));
  }

  @Test
  void shouldSayWhatIsWrongWithTheUsersFile() throws IOException {
    Path missing = folder.resolve("missing.txt");
    assertThat(failure(missing, 1).exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(failure(missing, 1)).hasMessageContaining(missing.toString());
    Path damaged = Files.writeString(folder.resolve("q.jsonl"), "{\"text\":\"Why?\"}\nno json\n");
    assertThat(failure(damaged, 9).exitCode()).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(failure(damaged, 9))
        .hasMessageContaining(damaged.toString())
        .hasMessageContaining("line 2");
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertThat(failure(empty, 9).exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldRefuseALimitThatLeavesNothing() {
    assertThat(failure(null, 0).exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(failure(null, -1).exitCode()).isEqualTo(ExitCode.USAGE);
  }
}
