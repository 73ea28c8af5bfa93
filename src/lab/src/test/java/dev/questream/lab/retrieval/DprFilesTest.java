package dev.questream.lab.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions and passages in DPR's formats, right and wrong. */
class DprFilesTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("file"), content);
  }

  private Path gzip(String content) throws IOException {
    Path file = folder.resolve("file.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  @Test
  void shouldReadQuestionsWithTheirAnswers() throws IOException {
    String content =
        "Who?\t['a', 'b']\r\n\"Say \"\"hi\"\"\"\t\"['it\\'s', \"\"x\"\"]\"\nWho?\t[]\n";
    QuestionSet questions = QuestionSet.read(file(content));
    assertThat(questions.questions())
        .containsExactly(
            new QuestionAnswers("Who?", List.of("a", "b")),
            new QuestionAnswers("Say \"hi\"", List.of("it's", "x")),
            new QuestionAnswers("Who?", List.of()));
    assertThat(QuestionSet.read(gzip(content))).isEqualTo(questions);
    assertThat(questions.sha256()).hasSize(64);
    assertThat(questions.first(2).questions()).hasSize(2);
    assertThat(questions.first(2).sha256()).as("no longer the known set").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "~~ | holds no questions",
        "~no tab\n~ | line 1: a row is a question, a TAB and a Python list",
        "~a\t['b']\nc\t['d']\textra\n~ | line 2: a row is a question",
        "~a\t['b']\n\n~ | line 2: a row is a question",
        "~a\t\"['x'\n, 'y']\"\nc\tNone\n~ | line 3: the answers are no Python list of strings: 'N' at",
        "~a\t['b\n~ | the end at character 4"
      })
  void shouldSayWhichRowOfQuestionsIsWrong(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> QuestionSet.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void shouldReadPassagesWithTitlesAndIds() throws IOException {
    String content = "id\ttext\ttitle\nx\t\"two\nlines\tand \"\"quotes\"\"\"\tT\n7\tbody\t\n";
    PassageCollection passages = PassageCollection.scan(gzip(content), count -> {});
    assertThat(passages.size()).isEqualTo(2);
    assertThat(passages.sha256())
        .as("gzipped or not")
        .isEqualTo(PassageCollection.scan(file(content), count -> {}).sha256());
    assertThat(passages.ids().position("x")).isZero();
    assertThat(passages.ids().position("7")).isEqualTo(1);
    assertThat(passages.ids().position("1")).isEqualTo(-1);
    try (PassageFile file = passages.open()) {
      assertThat(file.next()).isEqualTo(new Passage("x", "T", "two\nlines\tand \"quotes\""));
      assertThat(file.next()).isEqualTo(new Passage("7", "", "body"));
      assertThat(file.next()).isNull();
    }
    try (PassageFile file = passages.open()) {
      file.skip(1);
      assertThat(file.next().id()).isEqualTo("7");
      file.skip(5);
      assertThat(file.next()).isNull();
    }
  }

  @Test
  void shouldFindNumberedIdsWithoutATable() {
    PassageIds ids = PassageFiles.numbered(folder, 12).ids();
    assertThat(ids.position("1")).isZero();
    assertThat(ids.position("12")).isEqualTo(11);
    for (String unknown : List.of("0", "13", "01", "-1", "", "x", "99999999999", "１")) {
      assertThat(ids.position(unknown)).as(unknown).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "~~ | it is empty",
        "~1\tx\ty\n~ | must begin with the line",
        "~id\ttext\ttitle\n~ | holds no passages",
        "~id\ttext\ttitle\n1\tx\ty\n2\tx\n~ | line 3: a passage has id, text and title, this row has 2",
        "~id\ttext\ttitle\n\tx\ty\n~ | line 2: a passage has id, text and title, this row has 3 fields and an empty id",
        "~id\ttext\ttitle\n1\tx\ty\n1\tx\ty\n~ | the id 1 is given to two passages, number 1 and number 2"
      })
  void shouldSayWhichPassageIsWrong(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> PassageCollection.scan(file, count -> {}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void shouldEndAnUnclosedQuoteWherePythonDoes() throws IOException {
    Path file = file("id\ttext\ttitle\n1\t\"" + "x".repeat(200_000) + "\ty\n");
    assertThatThrownBy(() -> PassageCollection.scan(file, count -> {}))
        .hasMessageContaining("the row at line 2 has a field of more than 131,072 characters");
  }

  @Test
  void shouldSayWhatIsWrongWithTheFileItself() throws IOException {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> QuestionSet.read(missing)).hasMessage("there is no file " + missing);
    Path latin = Files.write(folder.resolve("latin"), new byte[] {'a', (byte) 0xE9, '\t'});
    assertThatThrownBy(() -> QuestionSet.read(latin)).hasMessageContaining("is not valid UTF-8");
    Path cut = gzip("question\t['answer']\n".repeat(1000));
    byte[] bytes = Files.readAllBytes(cut);
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 10));
    assertThatThrownBy(() -> QuestionSet.read(cut)).hasMessageContaining("damaged or was cut");
    assertThatThrownBy(() -> QuestionSet.read(folder)).hasMessageContaining("cannot be read");
  }
}
