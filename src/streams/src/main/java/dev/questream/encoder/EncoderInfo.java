package dev.questream.encoder;

import dev.questream.provenance.Provenance;

/**
 * What an encoder says of itself.
 *
 * @param provenance of every vector that it makes
 * @param role which side of a dual encoder the weights are
 * @param maxTokens tokens that the model takes at most, special tokens included
 */
public record EncoderInfo(Provenance provenance, EncoderRole role, int maxTokens) {

  public String modelId() {
    return provenance.model().id();
  }

  public Precision precision() {
    return Precision.of(provenance.computed().precision());
  }

  public int dimensions() {
    return provenance.computed().dimensions();
  }
}
