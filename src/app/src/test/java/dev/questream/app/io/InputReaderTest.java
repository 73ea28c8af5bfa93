package dev.questream.app.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.InputItem.Text;
import dev.questream.app.io.InputItem.Unreadable;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputReaderTest {

  private static List<InputItem> read(byte[] file, InputFormat format, EncoderRole role)
      throws IOException {
    List<InputItem> items = new ArrayList<>();
    try (InputReader reader = new InputReader(new ByteArrayInputStream(file), format, role)) {
      for (InputItem item = reader.next(); item != null; item = reader.next()) {
        items.add(item);
      }
      assertThat(reader.next()).as("after the end").isNull();
    }
    return items;
  }

  private static List<InputItem> text(String file) throws IOException {
    return read(file.getBytes(UTF_8), InputFormat.TEXT, EncoderRole.QUESTION);
  }

  private static List<InputItem> jsonl(String file) throws IOException {
    return read(file.getBytes(UTF_8), InputFormat.JSONL, EncoderRole.QUESTION);
  }

  @Test
  void shouldTakeABlankJsonLineForABlankText() throws IOException {
    assertThat(jsonl("{\"text\":\"Why?\"}\n\n \n"))
        .containsExactly(question("1", "Why?"), question("2", ""), question("3", " "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"{\"id\":1,\"text\":\"Why?\"}|true", "{\"a\":1}|false", "[1]|false", "{text}|false"})
  void shouldNotTakeJsonLinesForTextUnasked(String line, boolean refused) throws IOException {
    byte[] file = (line + "\nWho?\n").getBytes(UTF_8);
    assertThat(text(line)).as("where text is named").containsExactly(question("1", line));
    try (InputReader reader =
        InputReader.guessed(
            new ByteArrayInputStream(file), InputFormat.TEXT, EncoderRole.QUESTION, "")) {
      if (refused) {
        assertThatThrownBy(reader::next).hasMessageContaining("--input-format jsonl");
      } else {
        assertThat(reader.next()).isEqualTo(question("1", line));
      }
    }
  }

  private static InputItem question(String id, String text) {
    return new Text(id, EncoderInput.question(text));
  }

  private static byte[] gzip(byte[]... members) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] member : members) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
        gzip.write(member);
      }
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  // Text

  @Test
  void shouldReadOneTextALine() throws IOException {
    assertThat(text("first\nsecond\n"))
        .containsExactly(question("1", "first"), question("2", "second"));
    assertThat(text("first\nlast without an end"))
        .containsExactly(question("1", "first"), question("2", "last without an end"));
    assertThat(text("")).isEmpty();
    assertThat(text("a")).containsExactly(question("1", "a"));
  }

  @Test
  void shouldTakeLinesThatEndInCarriageReturnAndLineFeed() throws IOException {
    assertThat(text("first\r\nse\rcond\r\n"))
        .containsExactly(question("1", "first"), question("2", "se\rcond"));
  }

  /** A line of the output per line of the input. */
  @Test
  void shouldKeepBlankLinesInTheirPlaces() throws IOException {
    assertThat(text("\na\n  \n\r\nb\n"))
        .containsExactly(
            question("1", ""),
            question("2", "a"),
            question("3", "  "),
            question("4", ""),
            question("5", "b"));
  }

  @Test
  void shouldGiveAMalformedLineAsOneUnreadableInput() throws IOException {
    byte[] file =
        join("good\n".getBytes(UTF_8), new byte[] {'a', (byte) 0xFF}, "\nü\n".getBytes(UTF_8));
    List<InputItem> items = read(file, InputFormat.TEXT, EncoderRole.QUESTION);
    assertThat(items).hasSize(3);
    assertThat(items.get(0)).isEqualTo(question("1", "good"));
    assertThat(items.get(1))
        .isInstanceOfSatisfying(
            Unreadable.class,
            bad -> {
              assertThat(bad.id()).isEqualTo("2");
              assertThat(bad.message()).contains("line 2").contains("UTF-8");
            });
    assertThat(items.get(2)).isEqualTo(question("3", "ü"));
  }

  // JSON lines

  @Test
  void shouldReadOneObjectALine() throws IOException {
    assertThat(
            jsonl(
                "{\"id\":\"q\",\"text\":\"a\\nb\"}\r\n{\"text\":\"no id\"}\n{\"id\":7,\"text\":\"c\","
                    + "\"title\":\"no title for questions\"}"))
        .containsExactly(question("q", "a\nb"), question("2", "no id"), question("7", "c"));
  }

  @Test
  void shouldTakeTheNumberForAnIdThatIsNull() throws IOException {
    assertThat(jsonl("{\"id\":null,\"text\":\"a\"}")).containsExactly(question("1", "a"));
  }

  @Test
  void shouldReadTheTitlesOfPassages() throws IOException {
    byte[] file =
        "{\"id\":\"p\",\"title\":\"T\",\"text\":\"b\"}\n{\"text\":\"c\"}\n".getBytes(UTF_8);
    assertThat(read(file, InputFormat.JSONL, EncoderRole.PASSAGE))
        .containsExactly(
            new Text("p", EncoderInput.passage("T", "b")),
            new Text("2", EncoderInput.passage("", "c")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no json",
        "😀",
        "{\"id\":\"x\"}",
        "{\"text\":7}",
        "{\"text\":null}",
        "[\"text\"]",
        "\"text\"",
        "null",
        "{\"text\":\"a\"",
        "{\"text\":\"a",
        "{\"text\":\"a\"} trailing",
        "{\"text\":\"a\"}{\"text\":\"b\"}"
      })
  void shouldGiveABadLineAsOneUnreadableInput(String line) throws IOException {
    List<InputItem> items = jsonl("{\"text\":\"a\"}\n" + line + "\n{\"text\":\"b\"}\n");
    assertThat(items).hasSize(3);
    assertThat(items.get(0)).isEqualTo(question("1", "a"));
    assertThat(items.get(1))
        .isInstanceOfSatisfying(
            Unreadable.class,
            bad -> {
              assertThat(bad.id()).isEqualTo("2");
              assertThat(bad.message()).contains("line 2");
            });
    assertThat(items.get(2)).isEqualTo(question("3", "b"));
  }

  // DPR

  @Test
  void shouldReadTheQuestionsOfDpr() throws IOException {
    byte[] file =
        "who sings it\t['A', \"B\"]\r\n\"say \"\"hi\"\"\"\t[\"\"]\nno answers\n".getBytes(UTF_8);
    assertThat(read(file, InputFormat.DPR, EncoderRole.QUESTION))
        .containsExactly(
            question("1", "who sings it"),
            question("2", "say \"hi\""),
            question("3", "no answers"));
  }

  @Test
  void shouldReadThePassagesOfDpr() throws IOException {
    byte[] file =
        ("id\ttext\ttitle\n1\t\"The \"\"Aaron\"\"\tbody\"\tAaron\n2\tplain\t\nbroken\tline\n4\tx\ty\n")
            .getBytes(UTF_8);
    List<InputItem> items = read(file, InputFormat.DPR, EncoderRole.PASSAGE);
    assertThat(items).hasSize(4);
    assertThat(items.subList(0, 2))
        .containsExactly(
            new Text("1", EncoderInput.passage("Aaron", "The \"Aaron\"\tbody")),
            new Text("2", EncoderInput.passage("", "plain")));
    assertThat(items.get(2)).isEqualTo(new Unreadable("3", "passage 3 has 2 columns, not 3"));
    assertThat(items.get(3)).isEqualTo(new Text("4", EncoderInput.passage("y", "x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1\tsome text\tTitle\n", "id\ttitle\ttext\n", "id,text,title\n"})
  void shouldRefusePassagesWithoutTheirHeader(String file) {
    assertThatThrownBy(
            () -> read(file.getBytes(UTF_8), InputFormat.DPR, EncoderRole.PASSAGE).isEmpty())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("id, text, title");
  }

  @Test
  void shouldRefuseDprThatIsNotUtf8() {
    byte[] file = {'a', (byte) 0xFF, '\n'};
    assertThatThrownBy(() -> read(file, InputFormat.DPR, EncoderRole.QUESTION))
        .isInstanceOf(CharacterCodingException.class);
  }

  // Gzip

  @ParameterizedTest
  @EnumSource(InputFormat.class)
  void shouldReadGzippedFilesLikePlainOnes(InputFormat format) throws IOException {
    byte[] file = "{\"text\":\"a\"}\n{\"text\":\"b\"}\n".getBytes(UTF_8);
    assertThat(read(gzip(file), format, EncoderRole.QUESTION))
        .hasSize(2)
        .isEqualTo(read(file, format, EncoderRole.QUESTION));
  }

  @Test
  void shouldReadGzipOfSeveralMembersAndOfNothing() throws IOException {
    byte[] file = gzip("a\nb".getBytes(UTF_8), "c\nd\n".getBytes(UTF_8));
    assertThat(read(file, InputFormat.TEXT, EncoderRole.QUESTION))
        .containsExactly(question("1", "a"), question("2", "bc"), question("3", "d"));
    assertThat(read(gzip(new byte[0]), InputFormat.TEXT, EncoderRole.QUESTION)).isEmpty();
  }

  @Test
  void shouldFailOnGzipThatIsCutOff() throws IOException {
    byte[] file = gzip("a line\n".repeat(1000).getBytes(UTF_8));
    byte[] cut = Arrays.copyOf(file, file.length - 9);
    assertThatThrownBy(() -> read(cut, InputFormat.TEXT, EncoderRole.QUESTION))
        .isInstanceOf(EOFException.class);
  }

  /** As from a pipe between two members: nothing is available, and more comes. */
  private static final class SlowSource extends ByteArrayInputStream {
    SlowSource(byte[] content) {
      super(content);
    }

    @Override
    public synchronized int available() {
      return 0;
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) {
      return super.read(bytes, offset, Math.min(length, 7));
    }
  }

  @Test
  void shouldReadEveryMemberOfGzipThatComesSlowly() throws IOException {
    byte[] file = gzip("a\n".getBytes(UTF_8), "b\n".getBytes(UTF_8), "c\n".getBytes(UTF_8));
    try (InputReader reader =
        new InputReader(new SlowSource(file), InputFormat.TEXT, EncoderRole.QUESTION)) {
      assertThat(List.of(reader.next(), reader.next(), reader.next()))
          .containsExactly(question("1", "a"), question("2", "b"), question("3", "c"));
      assertThat(reader.next()).isNull();
    }
  }

  /** Wherever it is cut, but not between two members: there it is whole. */
  @Test
  void shouldFailWhereverAMemberIsCutOff() throws IOException {
    byte[] first = gzip("a\nb\n".getBytes(UTF_8));
    byte[] both = join(first, gzip("c\nd\n".getBytes(UTF_8)));
    for (int length = first.length + 1; length < both.length; length++) {
      byte[] cut = Arrays.copyOf(both, length);
      assertThatThrownBy(() -> read(cut, InputFormat.TEXT, EncoderRole.QUESTION))
          .as("cut at %d of %d", length, both.length)
          .isInstanceOf(IOException.class);
    }
    byte[] followed = join(both, "no gzip".getBytes(UTF_8));
    assertThatThrownBy(() -> read(followed, InputFormat.TEXT, EncoderRole.QUESTION))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "28B52FFD00,ZSTD",
    "FD377A585A0000,XZ",
    "504B03040A,ZIP",
    "425A6839314159265359,BZIP2"
  })
  void shouldNameWhatItDoesNotUnpack(String hex, String name) {
    byte[] file = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> read(file, InputFormat.TEXT, EncoderRole.QUESTION))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(name);
  }

  // Encodings

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void shouldRefuseOtherUnicodeEncodingsAsAWhole(String encoding) throws IOException {
    Charset charset = Charset.forName(encoding);
    String german = "Möchte Berlin\r\nwer malte Guernica?\r\n";
    for (byte[] file :
        List.of(
            ("\uFEFF" + german).getBytes(charset),
            german.getBytes(charset),
            "\uFEFFа?".getBytes(charset),
            "\uFEFF什么".getBytes(charset))) {
      for (InputFormat format : InputFormat.values()) {
        assertThatThrownBy(() -> read(file, format, EncoderRole.QUESTION))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("iconv -f " + encoding + " -t UTF-8");
        assertThatThrownBy(() -> read(gzip(file), format, EncoderRole.QUESTION))
            .hasMessageContaining(encoding);
      }
    }
  }

  /** All of its bytes are valid UTF-8; only spaces and ends of lines give it away. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
  void shouldKnowUtf16OfOtherAlphabetsWithoutItsMark(String encoding) {
    byte[] file = "КТО НАПИСАЛ ЭТО\nГДЕ ЭТО\n".getBytes(Charset.forName(encoding));
    assertThatThrownBy(() -> read(file, InputFormat.TEXT, EncoderRole.QUESTION))
        .hasMessageContaining(encoding);
  }

  @Test
  void shouldTakeAZeroHereAndThereInUtf8() throws IOException {
    assertThat(text("a\0b\nsecond\n"))
        .containsExactly(question("1", "a\0b"), question("2", "second"));
    assertThat(text("0123456789\0\0".repeat(500))).hasSize(1);
  }

  /** Files that were put together bring their marks along. */
  @Test
  void shouldSkipByteOrderMarksOfLines() throws IOException {
    assertThat(text("\uFEFFa\n\uFEFFb\n")).containsExactly(question("1", "a"), question("2", "b"));
    assertThat(jsonl("\uFEFF{\"text\":\"a\"}\n\uFEFF{\"text\":\"b\"}\n"))
        .containsExactly(question("1", "a"), question("2", "b"));
  }

  @Test
  void shouldCloseItsSource() throws IOException {
    AtomicBoolean closed = new AtomicBoolean();
    InputStream source =
        new ByteArrayInputStream(new byte[] {'a'}) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    new InputReader(source, InputFormat.TEXT, EncoderRole.QUESTION).close();
    assertThat(closed).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "a.txt,TEXT",
    "a,TEXT",
    "a.gz,TEXT",
    "a.txt.gz,TEXT",
    "a.jsonl,JSONL",
    "A.JSONL,JSONL",
    "a.ndjson.gz,JSONL",
    "nq-test.qa.csv,DPR",
    "psgs_w100.tsv,DPR",
    "psgs_w100.tsv.gz,DPR",
    "a.csv/b.txt,TEXT",
    "a.jsonl.bak,TEXT"
  })
  void shouldGuessTheFormatByTheName(String name, InputFormat format) {
    assertThat(InputFormat.of(Path.of(name))).isEqualTo(format);
  }
}
