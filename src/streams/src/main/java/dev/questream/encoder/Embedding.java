package dev.questream.encoder;

/**
 * The vector of one text and what became of the text on the way.
 *
 * @param vector numbers of {@link EncoderInfo#vectorType()}, for {@link EncoderInfo#dimensions()}
 *     dimensions; not to be modified
 * @param tokenCount tokens that were encoded, special tokens and prefix included
 * @param originalTokenCount tokens that the whole text has; greater than {@code tokenCount} if it
 *     was cut
 * @param trail how it was come by; null where that is not known
 */
@SuppressWarnings(
    "ArrayRecordComponent") // a vector is compared by those who need it, with a tolerance
public record Embedding(
    float[] vector, int tokenCount, int originalTokenCount, EncoderTrail trail) {

  /** An embedding of which nothing more is known. */
  public Embedding(float[] vector, int tokenCount, int originalTokenCount) {
    this(vector, tokenCount, originalTokenCount, null);
  }

  /** The same text's with another vector. */
  public Embedding with(float[] another) {
    return new Embedding(another, tokenCount, originalTokenCount, trail);
  }

  /** Whether the text was longer than the model takes and its tail was cut. */
  public boolean truncated() {
    return originalTokenCount > tokenCount;
  }
}
