package dev.questream.lab.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Lists as Python's {@code ast.literal_eval} reads them (scripts/evaluate). */
class PythonListLiteralTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  static Stream<JsonNode> lists() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<JsonNode> lists = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of("src/test/resources/retrieval/answer-lists.jsonl"))) {
      lists.add(json.readTree(line));
    }
    return lists.stream();
  }

  @ParameterizedTest
  @MethodSource("lists")
  void shouldReadWhatPythonReads(JsonNode each) {
    String source = each.path("source").asText();
    if (each.path("expected").isNull()) {
      assertThatThrownBy(() -> PythonListLiteral.strings(source))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at character");
      return;
    }
    List<String> expected = new ArrayList<>();
    each.path("expected").forEach(item -> expected.add(item.asText()));
    assertThat(PythonListLiteral.strings(source)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "['a; the end at character 4 where the string's closing ' is expected",
        "[1]; '1' at character 2 where a string is expected",
        "['a'] x; 'x' at character 7 where nothing after the list is expected",
        "['\\x4']; ''' at character 6 where a hexadecimal digit is expected"
      },
      delimiter = ';')
  void shouldSayWhereItIsWrong(String source, String message) {
    assertThatThrownBy(() -> PythonListLiteral.strings(source)).hasMessage(message);
  }

  @Test
  void shouldEndWithAListOrAnErrorWhateverComes() {
    Random random = new Random(SEED);
    String alphabet = "['\",\\]xuUNr0 7{}\n\uD83D";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder source = new StringBuilder("[");
      for (int n = random.nextInt(12); n > 0; n--) {
        source.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(PythonListLiteral.strings(source.toString())).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d: %s", SEED, source).hasMessageContaining("at character");
      }
    }
  }
}
