package dev.questream.lab.chaos;

import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.chaos.guarantee.VectorReference;
import dev.questream.model.Encoders;
import java.util.List;

/**
 * What a real model says of a text. A part of the texts is looked at, because each costs as much as
 * it costs the application.
 */
final class ModelVectors implements VectorReference, AutoCloseable {
  private static final int ONE_IN = 10;

  /** Batches of other sizes change the last bits; two questions differ by far more. */
  private static final double TOLERANCE = 1e-4;

  private final BatchingEncoder encoder;

  ModelVectors(QuestreamConfig config) {
    this.encoder = Encoders.open(config, EncoderRole.QUESTION);
  }

  @Override
  public boolean matches(String text, float[] vector) {
    if (Math.floorMod(text.hashCode(), ONE_IN) != 0) {
      return true;
    }
    float[] expected =
        encoder.submit("chaos", List.of(EncoderInput.question(text))).get(0).join().vector();
    for (int i = 0; i < expected.length; i++) {
      if (i >= vector.length || Math.abs(expected[i] - vector[i]) > TOLERANCE) {
        return false;
      }
    }
    return vector.length == expected.length;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
