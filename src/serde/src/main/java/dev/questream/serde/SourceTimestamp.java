package dev.questream.serde;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * The timestamp of the record that an embedding, a deletion or a dead letter answers, in a header.
 * The answer's own timestamp is the time at which it was written.
 */
public final class SourceTimestamp {
  /** Its name; the value is a decimal number in UTF-8, milliseconds since 1970-01-01 UTC. */
  public static final String HEADER = "questream.source.timestamp";

  /** Of a record without a timestamp, as Kafka writes it. */
  public static final long NONE = -1;

  private SourceTimestamp() {}

  /** Sets the header; there is one of that name then. */
  public static void set(Headers headers, long timestampMs) {
    headers.remove(HEADER);
    headers.add(HEADER, Long.toString(timestampMs).getBytes(StandardCharsets.UTF_8));
  }

  /** What the header says; {@link #NONE} if there is none, or it is no number. */
  public static long of(Headers headers) {
    Header header = headers.lastHeader(HEADER);
    return header == null ? NONE : read(header.value());
  }

  private static long read(byte[] value) {
    try {
      return value == null ? NONE : Long.parseLong(new String(value, StandardCharsets.UTF_8));
    } catch (NumberFormatException e) {
      return NONE;
    }
  }
}
