package dev.questream.processor;

/**
 * The largest record that each topic takes: bytes of key, value, headers and Kafka's framing,
 * uncompressed.
 *
 * @param pending of the changelog of pending questions
 * @param embeddings of the embeddings topic
 * @param deadLetters of the dead letter topic
 */
public record TopicLimits(long pending, long embeddings, long deadLetters) {
  /** Nothing is too large. */
  public static final TopicLimits NONE =
      new TopicLimits(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
}
