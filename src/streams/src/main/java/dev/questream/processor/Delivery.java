package dev.questream.processor;

import dev.questream.serde.SerdeConfig.OutputKey;
import java.util.function.Supplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Makes answers fit for where they go.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public abstract class Delivery {

  Delivery() {}

  /** To other processors: embeddings as objects, everything with its question's timestamp. */
  public static Delivery toNodes() {
    return new NodeDelivery();
  }

  /**
   * To topics, by sinks that take bytes. Everything has the time at which it is written, and no
   * more bytes than its topic takes.
   *
   * @param embeddingsTopic told to the serializer
   * @param key of embeddings
   * @param serializer of embeddings; used by several threads
   * @param limits asked whenever a task begins
   */
  public static Delivery toTopics(
      String embeddingsTopic,
      OutputKey key,
      Serializer<Object> serializer,
      Supplier<TopicLimits> limits) {
    return new TopicDelivery(embeddingsTopic, key, serializer, limits);
  }

  /** What embeddings and deletions are keyed by. */
  abstract OutputKey key();

  /** A task begins. */
  abstract void prepare();

  /** Where embeddings go, and in which form, as far as that is known here. */
  abstract String target();

  /** The largest record that the changelog of pending questions takes, in bytes. */
  abstract long pendingLimit();

  /**
   * An embedding, or a deletion, as it is to be forwarded.
   *
   * @throws UndeliverableException if it does not get there, because of what is in it
   */
  abstract Record<byte[], Object> embedding(Record<byte[], Object> answer, long nowMs)
      throws UndeliverableException;

  /**
   * A dead letter as it is to be forwarded.
   *
   * @param died the record as it was
   * @param reasons headers to add
   */
  abstract Record<byte[], Object> deadLetter(
      Record<byte[], byte[]> died, Headers reasons, long nowMs);

  /** A record with more headers. */
  static <V> Record<byte[], V> with(Headers more, Record<byte[], V> record) {
    Headers headers = new RecordHeaders(record.headers());
    more.forEach(headers::add);
    return record.withHeaders(headers);
  }
}
