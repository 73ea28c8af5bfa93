package dev.questream.lab.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreLineTest {
  private static final String LINE = "{\"question\": \" Why? \", \"passage\": 7, \"score\": -1.5}";

  @TempDir Path folder;

  private List<ScoreLine> read(byte[] file) throws IOException {
    List<ScoreLine> lines = new ArrayList<>();
    ScoreLine.readAll(Files.write(folder.resolve("scores"), file), lines::add);
    return lines;
  }

  @Test
  void shouldReadPlainAndGzippedFiles() throws IOException {
    byte[] plain = ("\uFEFF" + LINE + "\r\n\n").getBytes(UTF_8);
    assertThat(read(plain)).containsExactly(new ScoreLine("Why?", "7", -1.5));
    try (OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("packed")))) {
      gzip.write(plain);
    }
    assertThat(read(Files.readAllBytes(folder.resolve("packed")))).isEqualTo(read(plain));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1] | this one is no object",
        "{\"question\": 1, \"passage\": 7, \"score\": 1} | \"question\" is no text",
        "{\"question\": \"a\", \"passage\": 1.5, \"score\": 1} | \"passage\" is no text",
        "{\"question\": \"a\", \"passage\": 7, \"score\": \"1\"} | \"score\" is no number",
        "{\"question\": \"a\", \"passage\": 7, \"score\": 1e39} | \"score\" is out of range",
        "{\"question\": \"a\", \"passage\": 7, \"score\": 1e999} | \"score\" is out of range",
        "{\"question\": \"a\", \"passage\": 7, \"score\": 1} {} | not one JSON object",
        "{\"question\": \"a\", \"passage\": 7, \"score\": 1, \"score\": 2} | not one JSON object",
      })
  void shouldSayWhatIsWrongWithALine(String line, String wrong) {
    assertThatThrownBy(() -> read((LINE + "\n" + line).getBytes(UTF_8)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("scores, line 2: ")
        .hasMessageContaining(wrong);
  }
}
