package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Makes dead letters: the original key, value, timestamp and headers, and headers that say why and
 * from where. All added headers are UTF-8 text.
 */
final class DeadLetters {
  static final String REASON = "questream.error.reason";
  static final String MESSAGE = "questream.error.message";
  static final String EXCEPTION = "questream.error.exception";
  static final String TOPIC = "questream.source.topic";
  static final String PARTITION = "questream.source.partition";
  static final String OFFSET = "questream.source.offset";
  static final String APPLICATION = "questream.application.id";
  static final String MODEL = "questream.model.id";

  private final String applicationId;
  private final String modelId;

  DeadLetters(String applicationId, String modelId) {
    this.applicationId = applicationId;
    this.modelId = modelId;
  }

  Record<byte[], Object> of(PendingQuestion pending, long offset, Arrival.Rejected why) {
    Headers headers = PendingRecords.headers(pending);
    add(headers, REASON, why.reason().code());
    add(headers, MESSAGE, String.valueOf(why.message()));
    add(headers, EXCEPTION, why.cause() == null ? "" : why.cause().getClass().getName());
    add(headers, TOPIC, pending.getTopic());
    add(headers, PARTITION, Integer.toString(pending.getPartition()));
    add(headers, OFFSET, Long.toString(offset));
    add(headers, APPLICATION, applicationId);
    add(headers, MODEL, modelId);
    return new Record<>(
        Arrival.bytes(pending.getKey()),
        Arrival.bytes(pending.getValue()),
        pending.getTimestampMs(),
        headers);
  }

  private static void add(Headers headers, String key, String value) {
    headers.add(key, value.getBytes(StandardCharsets.UTF_8));
  }
}
