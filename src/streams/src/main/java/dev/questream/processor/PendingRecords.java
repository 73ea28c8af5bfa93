package dev.questream.processor;

import dev.questream.avro.PendingHeader;
import dev.questream.avro.PendingQuestion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Kafka records as pending questions and back: everything that a punctuator could not ask for
 * later.
 */
final class PendingRecords {
  private static final String ORIGIN = "questream.pending.origin";
  private static final int ORIGIN_BYTES = Long.BYTES + Integer.BYTES;

  private PendingRecords() {}

  static PendingQuestion of(Record<byte[], byte[]> record, RecordMetadata metadata) {
    List<PendingHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      if (header.key().equals(ORIGIN)) {
        continue; // a name of ours: it would be taken for what the store says
      }
      headers.add(new PendingHeader(header.key(), wrap(header.value())));
    }
    return new PendingQuestion(
        metadata.partition(),
        metadata.topic(),
        record.timestamp(),
        wrap(record.key()),
        wrap(record.value()),
        headers);
  }

  /** The same with its origin, which is not to be seen outside of the store. */
  static PendingQuestion withOrigin(PendingQuestion pending, Origin origin) {
    ByteBuffer value = ByteBuffer.allocate(ORIGIN_BYTES);
    value.putLong(origin.offset()).putInt(origin.sibling()).flip();
    List<PendingHeader> headers = new ArrayList<>(pending.getHeaders());
    headers.add(new PendingHeader(ORIGIN, value));
    return PendingQuestion.newBuilder(pending).setHeaders(headers).build();
  }

  /**
   * The origin that it was stored with.
   *
   * @param key in the store: the offset, unless something else is said
   */
  static Origin origin(PendingQuestion pending, long key) {
    List<PendingHeader> headers = pending.getHeaders();
    if (!headers.isEmpty() && isOrigin(headers.get(headers.size() - 1))) {
      ByteBuffer value = headers.get(headers.size() - 1).getValue().duplicate();
      return new Origin(value.getLong(), value.getInt());
    }
    return new Origin(key, 0);
  }

  /** A header of a producer is never taken for it: no producer's header survives under its name. */
  private static boolean isOrigin(PendingHeader header) {
    return header.getKey().equals(ORIGIN);
  }

  /** A new, modifiable copy of the record's headers. */
  static Headers headers(PendingQuestion pending) {
    Headers headers = new RecordHeaders();
    for (PendingHeader header : pending.getHeaders()) {
      if (!isOrigin(header)) {
        headers.add(header.getKey(), Arrival.bytes(header.getValue()));
      }
    }
    return headers;
  }

  /** The bytes of the record's key, value and headers. */
  static int bytes(PendingQuestion pending) {
    int bytes = size(pending.getKey()) + size(pending.getValue());
    for (PendingHeader header : pending.getHeaders()) {
      bytes += header.getKey().length() + size(header.getValue());
    }
    return bytes;
  }

  private static int size(ByteBuffer buffer) {
    return buffer == null ? 0 : buffer.remaining();
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
