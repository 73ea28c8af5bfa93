package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.SourceTimestamp;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Makes dead letters: the original key, value and headers, and headers that say why, and from where
 * and when. All added headers are UTF-8 text.
 */
final class DeadLetters {
  private static final int MESSAGE_CHARS = 2_000;

  private final String applicationId;
  private final String modelId;

  DeadLetters(String applicationId, String modelId) {
    this.applicationId = applicationId;
    this.modelId = modelId;
  }

  /** The record that died, with its own headers. */
  Record<byte[], byte[]> record(PendingQuestion pending) {
    return new Record<>(
        Arrival.bytes(pending.getKey()),
        Arrival.bytes(pending.getValue()),
        Math.max(0, pending.getTimestampMs()), // a record of Kafka Streams has no negative one
        PendingRecords.headers(pending));
  }

  /** The headers that say why it died. */
  Headers reasons(InFlight question, Arrival.Rejected why) {
    PendingQuestion pending = question.pending();
    SourcePosition position = question.position();
    Headers headers = new RecordHeaders();
    add(headers, DeadLetterHeaders.REASON, why.reason().code());
    add(headers, DeadLetterHeaders.MESSAGE, message(why));
    add(
        headers,
        DeadLetterHeaders.EXCEPTION,
        why.cause() == null ? "" : why.cause().getClass().getName());
    add(headers, DeadLetterHeaders.SOURCE_TOPIC, position.topic());
    add(headers, DeadLetterHeaders.SOURCE_PARTITION, Integer.toString(position.partition()));
    add(headers, DeadLetterHeaders.SOURCE_OFFSET, Long.toString(position.offset()));
    SourceTimestamp.set(headers, pending.getTimestampMs());
    add(headers, DeadLetterHeaders.APPLICATION, applicationId);
    add(headers, DeadLetterHeaders.MODEL, modelId);
    return headers;
  }

  private static String message(Arrival.Rejected why) {
    String message = String.valueOf(why.message());
    return message.length() <= MESSAGE_CHARS ? message : message.substring(0, MESSAGE_CHARS) + "…";
  }

  private static void add(Headers headers, String key, String value) {
    headers.add(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
