package dev.questream.app.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Dead letters made by hand. */
public final class Letters {
  private Letters() {}

  /** A dead letter at {@code 0:17} of topic {@code dlq}. */
  public static DeadLetter letter(byte[] key, byte[] value, long timestampMs, Headers headers) {
    return new DeadLetter(
        new ConsumerRecord<>(
            "dlq",
            0,
            17,
            timestampMs,
            TimestampType.CREATE_TIME,
            -1,
            -1,
            key,
            value,
            headers,
            Optional.empty()));
  }

  /** Headers from names and values in turn. */
  public static Headers headers(String... namesAndValues) {
    Headers headers = new RecordHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
    }
    return headers;
  }
}
