package dev.questream.app.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.encoder.Embedding;
import dev.questream.provenance.VectorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlWriterTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final ByteArrayOutputStream standardOutput = new ByteArrayOutputStream();

  private OutputTarget stdout() throws IOException {
    return OutputTarget.of("-", standardOutput);
  }

  private String written() {
    return standardOutput.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldWriteWholeNumbersInOtherTypes() throws IOException {
    Path file = folder.resolve("whole.jsonl");
    try (JsonlWriter writer =
        new JsonlWriter(
            OutputTarget.of(file.toString(), new ByteArrayOutputStream()), VectorType.INT8)) {
      writer.write("1", new Embedding(new float[] {-127, 0, 3}, 2, 2));
      writer.commit();
    }
    assertThat(file).content().startsWith("{\"id\":\"1\",\"embedding\":[-127,0,3],");
  }

  @Test
  void shouldWriteOneObjectALine() throws IOException {
    try (JsonlWriter writer = new JsonlWriter(stdout(), VectorType.FLOAT32)) {
      writer.write("q \"1\"\n", new Embedding(new float[] {0.5f, -1}, 3, 3));
      assertThat(writer.reject("ü", "empty-text", "nothing to encode")).isTrue();
      writer.write("3", new Embedding(new float[] {1e-10f}, 512, 700));
      writer.commit();
    }
    assertThat(written())
        .isEqualTo(
            """
            {"id":"q \\"1\\"\\n","embedding":[0.5,-1.0],"token_count":3,"original_token_count":3,"truncated":false}
            {"id":"ü","error":"empty-text","message":"nothing to encode"}
            {"id":"3","embedding":[1.0E-10],"token_count":512,"original_token_count":700,"truncated":true}
            """);
  }

  @Test
  void shouldWriteFloatsThatComeBackExactly() throws IOException {
    Random random = new Random(SEED);
    float[] vector = new float[2000];
    for (int i = 0; i < vector.length; i++) {
      do {
        vector[i] = Float.intBitsToFloat(random.nextInt());
      } while (!Float.isFinite(vector[i]));
    }
    try (JsonlWriter writer = new JsonlWriter(stdout(), VectorType.FLOAT32)) {
      writer.write("1", new Embedding(vector, 1, 1));
      writer.commit();
    }
    JsonNode read = JSON.readTree(written()).path("embedding");
    for (int i = 0; i < vector.length; i++) {
      assertThat(read.get(i).floatValue()).as("seed %d, %d", SEED, i).isEqualTo(vector[i]);
    }
  }

  /** Such as from Jackson's messages, which may quote half of an emoji. */
  @Test
  void shouldWriteHalfACharacterSomehow() throws IOException {
    try (JsonlWriter writer = new JsonlWriter(stdout(), VectorType.FLOAT32)) {
      assertThatCode(() -> writer.reject("1", "unreadable", "unexpected '\ud83d' here"))
          .doesNotThrowAnyException();
      writer.write("2", new Embedding(new float[] {1}, 1, 1));
      writer.commit();
    }
    List<String> lines = written().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(JSON.readTree(lines.get(0)).path("error").asText()).isEqualTo("unreadable");
  }

  @Test
  void shouldWriteAFileOnlyWhenCommitted() throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (JsonlWriter writer =
        new JsonlWriter(OutputTarget.of(file.toString(), standardOutput), VectorType.FLOAT32)) {
      writer.write("1", new Embedding(new float[] {1}, 1, 1));
      assertThat(file).doesNotExist();
      writer.commit();
    }
    assertThat(Files.readString(file)).startsWith("{\"id\":\"1\"").endsWith("}\n");
    assertThat(written()).isEmpty();
  }

  @Test
  void shouldWriteAnEmptyFileForNoInputs() throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (JsonlWriter writer =
        new JsonlWriter(OutputTarget.of(file.toString(), standardOutput), VectorType.FLOAT32)) {
      writer.commit();
    }
    assertThat(file).isEmptyFile();
  }
}
