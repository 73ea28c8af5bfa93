package dev.questream.processor;

import dev.questream.serde.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Cuts a dead letter that its topic would refuse: the end of its value first, then the record's own
 * headers, then the end of its key. The header {@link DeadLetterHeaders#CUT} says what is missing;
 * what the dead letter says of itself is always whole.
 */
final class DeadLetterCut {
  /** For the header that says what was cut. */
  private static final int NOTE_BYTES = 200;

  private final List<String> cut = new ArrayList<>();
  private long room;

  private DeadLetterCut(long room) {
    this.room = room;
  }

  /**
   * The dead letter, whole or cut.
   *
   * @param died the record as it was
   * @param reasons headers to add
   * @param limit bytes that it may have
   */
  static Record<byte[], byte[]> toFit(Record<byte[], byte[]> died, Headers reasons, long limit) {
    long added = RecordBytes.of(reasons);
    if (RecordBytes.of(died) + added <= limit) {
      return Delivery.with(reasons, died);
    }
    long room = Math.max(0, limit - RecordBytes.OVERHEAD - added - NOTE_BYTES);
    return new DeadLetterCut(room).made(died, reasons);
  }

  private Record<byte[], byte[]> made(Record<byte[], byte[]> died, Headers reasons) {
    byte[] key = shortened("key", died.key());
    Headers own = allOrNone(died.headers());
    byte[] value = shortened("value", died.value());
    Headers all = new RecordHeaders(reasons);
    all.add(DeadLetterHeaders.CUT, String.join(", ", cut).getBytes(StandardCharsets.UTF_8));
    return Delivery.with(all, new Record<>(key, value, died.timestamp(), own));
  }

  /** Half of the headers would mislead. */
  private Headers allOrNone(Headers headers) {
    long bytes = RecordBytes.of(headers);
    if (bytes <= room) {
      room -= bytes;
      return headers;
    }
    cut.add("%,d headers left out".formatted(headers.toArray().length));
    return new RecordHeaders();
  }

  private byte[] shortened(String name, byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    int kept = (int) Math.min(bytes.length, room);
    room -= kept;
    if (kept == bytes.length) {
      return bytes;
    }
    cut.add("%s %,d of %,d bytes".formatted(name, kept, bytes.length));
    return Arrays.copyOf(bytes, kept);
  }
}
