package dev.questream.processor;

import dev.questream.serde.SerdeConfig.OutputKey;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;

/** Answers as records that their topics take. */
final class TopicDelivery extends Delivery {
  private final String topic;
  private final OutputKey key;
  private final Serializer<Object> serializer;
  private final Supplier<TopicLimits> source;
  private volatile TopicLimits limits = TopicLimits.NONE;

  TopicDelivery(
      String topic, OutputKey key, Serializer<Object> serializer, Supplier<TopicLimits> source) {
    this.topic = topic;
    this.key = key;
    this.serializer = serializer;
    this.source = source;
  }

  @Override
  OutputKey key() {
    return key;
  }

  @Override
  void prepare() {
    limits = source.get();
  }

  @Override
  String target() {
    return topic + " " + serializer.getClass().getName();
  }

  @Override
  long pendingLimit() {
    return limits.pending();
  }

  @Override
  Record<byte[], Object> embedding(Record<byte[], Object> answer, long nowMs)
      throws UndeliverableException {
    Record<byte[], byte[]> written = answer.withValue(serialize(answer)).withTimestamp(nowMs);
    long bytes = RecordBytes.atMost(RecordBytes.of(written));
    if (bytes > limits.embeddings()) {
      throw new UndeliverableException(
          DeadLetterReason.TOO_LARGE,
          "the %s may have %,d bytes, the topic %s takes %,d"
              .formatted(
                  answer.value() == null ? "deletion" : "embedding",
                  bytes,
                  topic,
                  limits.embeddings()),
          null);
    }
    return written.withValue(written.value());
  }

  /** Trouble with a registry, or any other server, is not the embedding's fault and is thrown. */
  private byte[] serialize(Record<byte[], Object> answer) throws UndeliverableException {
    try {
      return serializer.serialize(topic, answer.headers(), answer.value());
    } catch (SerializationException e) {
      if (causedBy(e, IOException.class) || causedBy(e, RetriableException.class)) {
        throw e;
      }
      throw new UndeliverableException(
          DeadLetterReason.UNWRITABLE, "the embedding cannot be written: " + e.getMessage(), e);
    }
  }

  private static boolean causedBy(Throwable thrown, Class<? extends Exception> type) {
    for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  @Override
  Record<byte[], Object> deadLetter(Record<byte[], byte[]> died, Headers reasons, long nowMs) {
    Record<byte[], byte[]> letter =
        DeadLetterCut.toFit(died, reasons, RecordBytes.fitting(limits.deadLetters()));
    return letter.withTimestamp(nowMs).withValue(letter.value());
  }
}
