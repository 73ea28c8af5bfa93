package dev.questream.app.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code list(csv.reader(io.StringIO(file, newline=''), delimiter='\t'))} of Python 3 gives.
 */
class TabSeparatedTest {

  record Sample(String file, List<List<String>> rows) {}

  private static Sample sample(String file, List<?>... rows) {
    List<List<String>> expected = new ArrayList<>();
    for (List<?> row : rows) {
      expected.add(row.stream().map(String.class::cast).toList());
    }
    return new Sample(file, expected);
  }

  static List<Sample> samples() {
    return List.of(
        sample(""),
        sample("a\tb\tc\n", List.of("a", "b", "c")),
        sample("a\tb", List.of("a", "b")),
        sample("a\t\tb\n", List.of("a", "", "b")),
        sample("\t\n", List.of("", "")),
        sample("a\t", List.of("a", "")),
        sample("\"a\"\t\"b\"\n", List.of("a", "b")),
        sample("\"a\"\"b\"\tc\n", List.of("a\"b", "c")),
        sample("\"a\tb\"\tc\n", List.of("a\tb", "c")),
        sample("\"line1\nline2\"\tc\nd\te\n", List.of("line1\nline2", "c"), List.of("d", "e")),
        sample(
            "\"line1\r\nline2\"\tc\r\nd\te\r\n", List.of("line1\r\nline2", "c"), List.of("d", "e")),
        sample("a\tb\r\nc\td\r\n", List.of("a", "b"), List.of("c", "d")),
        sample("a\rb\r", List.of("a"), List.of("b")),
        sample("say \"hi\"\tb\n", List.of("say \"hi\"", "b")),
        sample("a\"\tb\"\n", List.of("a\"", "b\"")),
        sample("a\"\"b\t\"\"\n", List.of("a\"\"b", "")),
        sample("\"a\"b\tc\n", List.of("ab", "c")),
        sample("\"a\" \"b\"\tc\n", List.of("a \"b\"", "c")),
        sample("\"a\"\"\tb\n", List.of("a\"\tb\n")),
        sample("\"open\tto\nthe end", List.of("open\tto\nthe end")),
        sample("\"\"\"\"\n", List.of("\"")),
        sample("\"\"\"a\"\"\"\t\"\"\"\"\"\"\n", List.of("\"a\"", "\"\"")),
        sample("  \"a\"\tb\n", List.of("  \"a\"", "b")),
        sample("\"a\"\n\"b\"", List.of("a"), List.of("b")),
        sample("über\t日本語\t🤔\n", List.of("über", "日本語", "🤔")),
        sample("it's\t'q\tr'\n", List.of("it's", "'q", "r'")),
        sample("\"['a', \"\"b\"\"]\"\tx\n", List.of("['a', \"b\"]", "x")),
        sample("\"\r\"\ta\n", List.of("\r", "a")));
  }

  private static List<List<String>> read(String file) throws IOException {
    TabSeparated reader = new TabSeparated(new BufferedReader(new StringReader(file)));
    List<List<String>> rows = new ArrayList<>();
    for (List<String> row = reader.next(); row != null; row = reader.next()) {
      rows.add(row);
    }
    return rows;
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldReadAsPythonDoes(Sample sample) throws IOException {
    assertThat(read(sample.file())).isEqualTo(sample.rows());
  }

  /** Python gives a row without fields; here a row has one at least. */
  @Test
  void shouldGiveAnEmptyLineAsOneEmptyField() throws IOException {
    assertThat(read("a\n\n\r\nb\n"))
        .containsExactly(List.of("a"), List.of(""), List.of(""), List.of("b"));
  }

  @Test
  void shouldStayAtTheEnd() throws IOException {
    TabSeparated reader = new TabSeparated(new BufferedReader(new StringReader("a\n")));
    assertThat(reader.next()).containsExactly("a");
    assertThat(reader.next()).isNull();
    assertThat(reader.next()).isNull();
  }
}
