package dev.questream.encoder.batching;

/**
 * Hears of durations and sizes as they happen, for histograms. Everything that is only counted is
 * in {@link EncoderStatistics}.
 *
 * <p><b>Threading:</b> called on the encoder's threads; must be safe for all of them and quick.
 */
public interface EncoderObserver {

  /** Hears nothing. */
  EncoderObserver NONE = new EncoderObserver() {};

  /** A window of texts was tokenized. */
  default void tokenized(int texts, long nanos) {}

  /** A text has waited so long for a worker. */
  default void queued(long nanos) {}

  /** A batch was run through the model. */
  default void encoded(int texts, int tokens, long nanos) {}
}
