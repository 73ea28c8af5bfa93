package dev.questream.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.testing.BagOfWords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shapes against those of sentence-transformers ({@code scripts/fixtures/make_shapes.py}). */
class VectorShapeTest {
  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try {
      return new ObjectMapper().readTree(Path.of("src/test/resources/golden/shapes.json").toFile());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static float[] floats(JsonNode vector) {
    float[] floats = new float[vector.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) vector.get(i).asDouble();
    }
    return floats;
  }

  @Test
  void shouldCutAndQuantizeAsSentenceTransformersDoes(TestReporter reporter) {
    double worst = 0;
    for (JsonNode shape : GOLDEN.get("shapes")) {
      VectorType type = VectorType.of(shape.get("type").asText());
      VectorShape ours = new VectorShape(shape.get("dimensions").asInt(), type);
      for (int i = 0; i < GOLDEN.get("vectors").size(); i++) {
        float[] found = ours.of(floats(GOLDEN.get("vectors").get(i)), true);
        float[] expected = floats(shape.get("vectors").get(i));
        assertThat(found).as("%s, text %d", ours, i).hasSameSizeAs(expected);
        for (int j = 0; j < found.length; j++) {
          double difference = Math.abs(found[j] - expected[j]);
          worst = Math.max(worst, difference);
          assertThat(difference)
              .as("%s, text %d, element %d", ours, i, j)
              .isLessThanOrEqualTo(type == VectorType.FLOAT32 ? 1e-6 : 0);
        }
      }
    }
    reporter.publishEntry("worst difference", Double.toString(worst));
  }

  @ParameterizedTest
  @ValueSource(strings = {"int8", "binary", "ubinary"})
  void shouldQuantizeTheExtremesAsSentenceTransformersDoes(String type) {
    JsonNode extremes = GOLDEN.get("extremes");
    for (int i = 0; i < extremes.get("vectors").size(); i++) {
      assertThat(VectorType.of(type).from(floats(extremes.get("vectors").get(i))))
          .as("vector %d", i)
          .containsExactly(floats(extremes.get(type).get(i)));
    }
  }

  @Test
  void shouldScaleOnlyWhatTheModelScales() {
    VectorShape two = new VectorShape(2, VectorType.FLOAT32);
    assertThat(two.of(new float[] {3, 4, 12}, true)).containsExactly(0.6f, 0.8f);
    assertThat(two.of(new float[] {3, 4, 12}, false)).containsExactly(3, 4);
    assertThat(two.of(new float[] {0, 0, 1}, true)).as("nothing to scale").containsExactly(0, 0);
    float[] whole = {3, 4};
    assertThat(two.of(whole, true)).as("not cut, not touched").isSameAs(whole);
  }

  /** Else a model's failure would become a vector like any other. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void shouldNotHideWhatIsNotFinite(float element) {
    for (VectorType type : VectorType.values()) {
      assertThat(new VectorShape(1, type).of(new float[] {1, element}, true)).contains(element);
    }
  }

  @Test
  void shouldStandInFrontOfAModel() {
    BagOfWords model = new BagOfWords("words", 20, false, new CountDownLatch(0));
    ShapedBackend shaped =
        new ShapedBackend(model, new VectorShape(12, VectorType.UBINARY), List.of(4, 12));
    Provenance.Computation computed = shaped.info().provenance().computed();
    assertThat(computed.dimensions()).isEqualTo(12);
    assertThat(computed.vectorType()).isEqualTo("ubinary");
    assertThat(shaped.info().vectorType()).isEqualTo(VectorType.UBINARY);
    assertThat(shaped.info().sizes()).containsExactly(4, 12);
    assertThat(shaped.info().modelId()).isEqualTo("words");
    int[] ids = shaped.tokenize(EncoderInput.question("two words")).ids();
    try (EncoderBackend.Session own = model.openSession();
        EncoderBackend.Session session = shaped.openSession()) {
      float[] whole = own.encode(List.of(ids)).get(0);
      float[] found = session.encode(List.of(ids)).get(0);
      assertThat(found).hasSize(2);
      assertThat((int) found[0] >> 7).isEqualTo(whole[0] > 0 ? 1 : 0);
      assertThat((int) found[1] & 0x0f).as("filled up with zeros").isZero();
    }
  }
}
