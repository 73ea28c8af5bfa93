package dev.questream.processor;

/**
 * Hears what becomes of questions, for histograms and counters of the whole process.
 *
 * <p><b>Threading:</b> called on stream threads; must be safe for all of them and quick.
 */
public interface EmbedObserver {

  /** Hears nothing. */
  EmbedObserver NONE = new EmbedObserver() {};

  /** So many questions more (or less) are pending. */
  default void pending(int change) {}

  /** A window was handed to the encoder. */
  default void windowClosed(int questions, long ageMs) {}

  /** An embedding was forwarded, so long after the timestamp of its question. */
  default void embedded(long endToEndMs, boolean truncated) {}

  /** A deletion was forwarded. */
  default void deleted() {}

  /** A record went to the dead letters. */
  default void deadLetter(String reason) {}
}
