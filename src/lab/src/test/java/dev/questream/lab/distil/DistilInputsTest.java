package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import dev.questream.lab.distil.DistilFixture.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is said before a passage is encoded, and nothing is written. */
class DistilInputsTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  private static DistilFixture fixture;

  @BeforeAll
  static void prepare() throws IOException {
    fixture = DistilFixture.in(shared);
  }

  @AfterEach
  void shouldHaveEncodedNoPassage() {
    assertThat(fixture.cache().resolve("passages")).doesNotExist();
    assertThat(folder.resolve("learnt")).doesNotExist();
  }

  private void refused(int status, String said, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    if (!all.contains("--reader") && !all.contains("--teacher-scores")) {
      all.addAll(List.of("--teacher-scores", fixture.scores().toString()));
    }
    Result result = fixture.distil(folder.resolve("learnt"), all.toArray(String[]::new));
    assertThat(result.err()).contains(said);
    assertThat(result.status()).isEqualTo(status);
  }

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  @Test
  void shouldNotWorkInAFolderOfSomethingElse() throws IOException {
    file("notes.txt", "mine");
    refused(
        2, "holds what is no work of this command, such as notes.txt", "--work", folder.toString());
  }

  @Test
  void shouldRefuseAnOutputThatCannotBeWritten() throws IOException {
    refused(5, "cannot be written: nothing", "--output", file("file", "") + "/model");
    refused(5, "cannot be written: nothing", "--output", "/proc/questream/model");
    refused(3, "is a file; name a folder", "--output", file("model", ""));
    refused(5, "that takes files", "--report", folder.resolve("missing/report.json").toString());
  }

  @Test
  void shouldRefuseAnOutputWithoutRoom() throws IOException {
    assertThatThrownBy(() -> OutputFolder.requireRoom(folder.resolve("new/learnt"), 1L << 60))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("the model takes 1,099,511,627,777 MiB")
        .hasMessageContaining("are free");
    OutputFolder.requireWritable(folder.resolve("new/learnt"));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void shouldRefuseAReaderThatIsNone() {
    refused(3, "holds no reader: it is a passage", "--reader", fixture.passageModel().toString());
    refused(3, "holds no reader: it is a question", "--reader", fixture.model().toString());
    refused(3, "holds no reader: it is an encoder", "--reader", "bge-small-en-v1.5");
    refused(3, "there is no model", "--reader", folder.resolve("missing").toString());
  }

  @Test
  void shouldRefuseAStudentOfPassages() {
    refused(
        3,
        "passage is a passage encoder by its weights, and what learns is a question encoder",
        "--question-model",
        fixture.passageModel().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"question\": \"a\"}",
        "{\"question\": \"a\", \"passage\": null, \"score\": 2}",
        "{\"question\": \"a\", \"passage\": 1, \"score\": 1e999}",
        "{\"question\": \"a\", \"passage\": 1, \"score\": NaN}",
        "{\"question\": \"a\", \"passage\": 1, \"score\": \"2\"}",
        "{\"question\": \"a\", \"passage\": 1, \"score\": 2} {}",
        "[1]",
        "no JSON"
      })
  void shouldNameTheLineOfADamagedScore(String line) throws IOException {
    String whole = "{\"question\": \"a\", \"passage\": 1, \"score\": 2}\n\n";
    refused(5, "scores.jsonl, line 3", "--teacher-scores", file("scores.jsonl", whole + line));
  }

  @Test
  void shouldRefuseScoresThatAreNone() throws IOException {
    refused(
        5,
        "\"score\" is no number",
        "--teacher-scores",
        file("text", "{\"question\":\"a\",\"passage\":1,\"score\":\"2\"}"));
    refused(5, "holds no scores", "--teacher-scores", file("scores.jsonl", "\n"));
    refused(5, "missing", "--teacher-scores", folder.resolve("missing").toString());
  }

  @ParameterizedTest
  @CsvSource({
    "'',must begin with the line",
    "'id\ttext\ttitle\n',holds no passages",
    "'id\ttext\ttitle\n1\ta\tb\n\tc\td\n','line 3: a passage has id, text and title'",
    "'id\ttext\ttitle\n1\ta\tb\n1\tc\td\n',ids must be unique",
    "'text\ttitle\na\tb\n',must begin with the line"
  })
  void shouldRefusePassagesWithoutIds(String content, String said) throws IOException {
    refused(5, said, "--passages", file("psgs.tsv", content));
  }

  @ParameterizedTest
  @CsvSource({"--questions", "--held-out"})
  void shouldRefuseDamagedQuestions(String option) throws IOException {
    refused(5, "holds no questions", option, file("empty.csv", ""));
    refused(5, "bad.csv, line 2: a row is", option, file("bad.csv", "a\t['b']\nc\n"));
    refused(5, "bad.csv, line 1: the answers are no", option, file("bad.csv", "a\tb\n"));
  }

  @Test
  void shouldRefuseEmptySides() throws IOException {
    String one = file("one.csv", "what?\t['a']\n");
    refused(2, "--held-out-share 0.2 of 1 questions is none", "--questions", one);
    refused(2, "no question left to learn from", "--questions", one, "--held-out", one);
    String blank = file("blank.csv", " \t['a']\n");
    refused(2, "no question left to learn from", "--held-out", blank);
  }
}
