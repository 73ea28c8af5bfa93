package dev.questream.testing;

import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderRole;
import dev.questream.provenance.Provenance;

/** What made-up encoders say of themselves. */
public final class TestInfo {
  private TestInfo() {}

  /** A model whose weights are {@code MODEL-weights}, in float32. */
  public static EncoderInfo of(String model, int dimensions) {
    return of(model, model + "-weights", "fp32", dimensions);
  }

  /** A model that takes 512 tokens and no prefix. */
  public static EncoderInfo of(String model, String weights, String precision, int dimensions) {
    return new EncoderInfo(
        new Provenance(
            new Provenance.Model(model, "", weights, "words"),
            new Provenance.Computation("mean", false, precision, "", dimensions)),
        EncoderRole.QUESTION,
        512);
  }
}
