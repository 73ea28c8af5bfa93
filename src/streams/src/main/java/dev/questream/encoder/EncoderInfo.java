package dev.questream.encoder;

import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.util.List;

/**
 * What an encoder says of itself.
 *
 * @param provenance of every vector that it makes
 * @param role which side of a dual encoder the weights are
 * @param maxTokens tokens that the model takes at most, special tokens included
 * @param sizes dimensions that the model was trained to be cut to; empty if it does not say
 */
public record EncoderInfo(
    Provenance provenance, EncoderRole role, int maxTokens, List<Integer> sizes) {

  /** An encoder whose model says nothing of sizes. */
  public EncoderInfo(Provenance provenance, EncoderRole role, int maxTokens) {
    this(provenance, role, maxTokens, List.of());
  }

  public String modelId() {
    return provenance.model().id();
  }

  public Precision precision() {
    return Precision.of(provenance.computed().precision());
  }

  public int dimensions() {
    return provenance.computed().dimensions();
  }

  public VectorType vectorType() {
    return VectorType.of(provenance.computed().vectorType());
  }
}
