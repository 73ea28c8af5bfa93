package dev.questream.processor;

import dev.questream.serde.DeadLetterHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
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

  private final Record<byte[], byte[]> letter;
  private final List<String> cut = new ArrayList<>();
  private final Headers headers;
  private long room;

  private DeadLetterCut(Record<byte[], byte[]> letter, long limit) {
    this.letter = letter;
    this.headers = new RecordHeaders(letter.headers());
    Headers own = DeadLetterHeaders.withoutAdded(headers);
    long added = RecordBytes.of(headers) - RecordBytes.of(own);
    this.room = Math.max(0, limit - RecordBytes.OVERHEAD - NOTE_BYTES - added);
  }

  /** The dead letter, cut if it has more bytes than {@code limit}. */
  static Record<byte[], byte[]> toFit(Record<byte[], byte[]> letter, long limit) {
    return RecordBytes.of(letter) <= limit ? letter : new DeadLetterCut(letter, limit).made();
  }

  private Record<byte[], byte[]> made() {
    byte[] key = shortened("key", letter.key());
    keepOwnHeaders();
    byte[] value = shortened("value", letter.value());
    headers.add(DeadLetterHeaders.CUT, String.join(", ", cut).getBytes(StandardCharsets.UTF_8));
    return new Record<>(key, value, letter.timestamp(), headers);
  }

  /** All or none of them: half of them would mislead. */
  private void keepOwnHeaders() {
    Headers own = DeadLetterHeaders.withoutAdded(headers);
    long bytes = RecordBytes.of(own);
    if (bytes <= room) {
      room -= bytes;
      return;
    }
    int count = 0;
    for (Header header : own) {
      headers.remove(header.key());
      count++;
    }
    cut.add("%,d headers left out".formatted(count));
  }

  private byte[] shortened(String name, byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    int kept = (int) Math.min(bytes.length, room);
    room -= kept;
    if (kept < bytes.length) {
      cut.add("%s %,d of %,d bytes".formatted(name, kept, bytes.length));
    }
    return kept < bytes.length ? Arrays.copyOf(bytes, kept) : bytes;
  }
}
