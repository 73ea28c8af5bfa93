package dev.questream.processor;

import org.apache.kafka.common.header.Headers;

/**
 * Hears what becomes of questions, for histograms and counters of the whole process, and for traces
 * of single ones.
 *
 * <p><b>Threading:</b> called on stream threads; must be safe for all of them and quick. What it
 * throws ends the stream thread.
 */
public interface EmbedObserver {

  /** Hears nothing. */
  EmbedObserver NONE = new EmbedObserver() {};

  /** Tells several, in this order. */
  static EmbedObserver all(EmbedObserver... observers) {
    return new ObserverChain(observers);
  }

  /** So many questions more (or less) are pending. */
  default void pending(int change) {}

  /** A window was handed to the encoder. */
  default void windowClosed(int questions, long ageMs) {}

  /** An embedding was forwarded, so long after the timestamp of its question. */
  default void embedded(long endToEndMs, boolean truncated) {}

  /** A deletion was forwarded. */
  default void deleted() {}

  /** A record was read that asks and deletes nothing, or nothing new, of such a kind. */
  default void skipped(String kind) {}

  /** A question was read whose id was read in another partition of the topic before. */
  default void idMoved() {}

  /** A record went to the dead letters. */
  default void deadLetter(DeadLetterReason reason) {}

  /**
   * An embedding or a dead letter is about to be forwarded. It may come again: a transaction that
   * is aborted takes it back.
   *
   * @param reason why it is a dead letter; null for an embedding
   * @param headers of the record to come, which may be changed
   */
  default void answering(Trail trail, DeadLetterReason reason, Headers headers) {}
}
