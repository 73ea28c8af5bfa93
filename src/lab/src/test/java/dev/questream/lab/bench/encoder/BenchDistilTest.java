package dev.questream.lab.bench.encoder;

import static dev.questream.app.CommandLineResult.questream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.CommandLineResult;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchDistilTest {
  @TempDir Path folder;

  @Test
  void shouldMeasureSteps() throws IOException {
    TinyModelFolder.dpr(folder, TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1));
    CommandLineResult result =
        questream(
            "bench",
            "distil",
            "--model",
            folder.toString(),
            "--limit",
            "10",
            "--batch",
            "4",
            "--rounds",
            "2",
            "--seconds",
            "0.01",
            "--json");
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("work").path("questions").asInt()).isEqualTo(10);
    assertThat(json.path("questions_per_second").path("rounds")).hasSize(2);
    assertThat(json.path("questions_per_second").path("min").asDouble()).isPositive();
    assertThat(json.path("setup").path("batch").asInt()).isEqualTo(4);
  }
}
