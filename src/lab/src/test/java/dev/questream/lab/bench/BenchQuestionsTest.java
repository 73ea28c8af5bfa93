package dev.questream.lab.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchQuestionsTest {
  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    try (OutputStream raw = Files.newOutputStream(file);
        OutputStream out = name.endsWith(".gz") ? new GZIPOutputStream(raw) : raw) {
      out.write(content.getBytes(UTF_8));
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "qa.csv, 'Who?\t[\"A\"]\n\"Say \"\"what\"\"?\"\t[\"B\"]\n'",
    "qa.tsv, 'Who?\t[\"A\"]\nSay \"what\"?\t[\"B\"]\n'",
    "qa.csv.gz, 'Who?\t[\"A\"]\nSay \"what\"?\t[\"B\"]\n'",
    "questions.txt, 'Who?\nSay \"what\"?\n'",
    "questions.txt.gz, 'Who?\nSay \"what\"?\n'",
    "questions.jsonl, '{\"text\":\"Who?\"}\n{\"id\":7,\"text\":\"Say \\\"what\\\"?\"}\n'",
    "questions.jsonl.gz, '{\"text\":\"Who?\"}\n{\"text\":\"Say \\\"what\\\"?\"}\n'"
  })
  void shouldReadEveryKindOfFile(String name, String content) throws IOException {
    BenchQuestions questions = BenchQuestions.load(file(name, content), Long.MAX_VALUE);
    assertThat(questions.texts()).containsExactly("Who?", "Say \"what\"?");
    assertThat(questions.source()).isEqualTo(name);
  }

  @Test
  void shouldTakeTheQuestionsOfTheDemoByDefault() {
    BenchQuestions questions = BenchQuestions.load(null, Long.MAX_VALUE);
    assertThat(questions.texts()).hasSize(431).contains("On which island do wild lemurs live?");
    assertThat(questions.source()).isEqualTo("bundled");
  }

  @Test
  void shouldTakeTheFirstOnesOnlyAndRepeatThem() {
    BenchQuestions questions = BenchQuestions.load(null, 3);
    assertThat(questions.texts()).hasSize(3);
    assertThat(questions.text(3_000_000_001L)).isEqualTo(questions.texts().get(1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void shouldRefuseNoQuestions(long limit) {
    assertThatThrownBy(() -> BenchQuestions.load(null, limit))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("--limit");
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws IOException {
    Path missing = folder.resolve("missing.txt");
    assertThatThrownBy(() -> BenchQuestions.load(missing, 9))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("missing.txt");
    Path empty = file("empty.txt", "");
    assertThatThrownBy(() -> BenchQuestions.load(empty, 9))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("no question")
        .hasMessageContaining("empty.txt");
    Path damaged = file("damaged.jsonl", "{\"text\":\"Who?\"}\n{\"text\":1}\n");
    assertThatThrownBy(() -> BenchQuestions.load(damaged, 9))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("line 2");
  }
}
