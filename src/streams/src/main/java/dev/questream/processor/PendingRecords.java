package dev.questream.processor;

import dev.questream.avro.PendingHeader;
import dev.questream.avro.PendingQuestion;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.SourceTimestamp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Kafka records as pending questions and back: everything that a punctuator could not ask for
 * later.
 */
final class PendingRecords {
  private static final String POSITION = "questream.pending.origin"; // in changelogs: keep it
  private static final int POSITION_BYTES = Long.BYTES + Integer.BYTES;

  /** The position, and the lengths of what Avro writes. */
  private static final int OVERHEAD = 1024;

  private static final Set<String> NAMES_OF_OURS =
      Set.of(POSITION, SourceTimestamp.HEADER, DeadLetterHeaders.CUT);

  private PendingRecords() {}

  static PendingQuestion of(Record<byte[], byte[]> record, SourcePosition position) {
    List<PendingHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      if (NAMES_OF_OURS.contains(header.key())) {
        continue; // it would be taken for ours
      }
      headers.add(new PendingHeader(header.key(), wrap(header.value())));
    }
    return new PendingQuestion(
        position.partition(),
        position.topic(),
        timestamp(record),
        wrap(record.key()),
        wrap(record.value()),
        headers);
  }

  /** The record's own, which the source of the topology may have put into a header. */
  private static long timestamp(Record<byte[], byte[]> record) {
    return record.headers().lastHeader(SourceTimestamp.HEADER) == null
        ? record.timestamp()
        : SourceTimestamp.of(record.headers());
  }

  /** The same with its offset and sibling, in a header that is not seen outside of the store. */
  static PendingQuestion withPosition(PendingQuestion pending, SourcePosition position) {
    ByteBuffer value = ByteBuffer.allocate(POSITION_BYTES);
    value.putLong(position.offset()).putInt(position.sibling()).flip();
    List<PendingHeader> headers = new ArrayList<>(pending.getHeaders());
    headers.add(new PendingHeader(POSITION, value));
    return new PendingQuestion( // a builder would copy the headers, which Avro refuses
        pending.getPartition(),
        pending.getTopic(),
        pending.getTimestampMs(),
        pending.getKey(),
        pending.getValue(),
        headers);
  }

  /**
   * Where a stored question was read.
   *
   * @param key in the store: the offset, unless it was stored {@link #withPosition}
   */
  static SourcePosition position(PendingQuestion pending, long key) {
    List<PendingHeader> headers = pending.getHeaders();
    long offset = key;
    int sibling = 0;
    if (!headers.isEmpty() && isPosition(headers.get(headers.size() - 1))) {
      ByteBuffer value = headers.get(headers.size() - 1).getValue().duplicate();
      offset = value.getLong();
      sibling = value.getInt();
    }
    return new SourcePosition(pending.getTopic(), pending.getPartition(), offset, sibling);
  }

  /** A header of a producer is never taken for it: no producer's header survives under its name. */
  private static boolean isPosition(PendingHeader header) {
    return header.getKey().equals(POSITION);
  }

  /** A new, modifiable copy of the record's headers. */
  static Headers headers(PendingQuestion pending) {
    Headers headers = new RecordHeaders();
    for (PendingHeader header : pending.getHeaders()) {
      if (!isPosition(header)) {
        headers.add(header.getKey(), Arrival.bytes(header.getValue()));
      }
    }
    return headers;
  }

  /** No question, but bytes to be kept among them. */
  static PendingQuestion mark(byte[] mark) {
    return new PendingQuestion(-1, "", 0L, null, wrap(mark), List.of());
  }

  /** The bytes of the record's key, value and headers, with Kafka's lengths of the headers. */
  static int bytes(PendingQuestion pending) {
    int bytes = size(pending.getKey()) + size(pending.getValue());
    for (PendingHeader header : pending.getHeaders()) {
      bytes += (int) RecordBytes.ofHeader(header.getKey(), size(header.getValue()));
    }
    return bytes;
  }

  /** What the changelog must take for a record of so many bytes. */
  static long atMost(int bytes) {
    return RecordBytes.atMost((long) bytes + OVERHEAD);
  }

  private static int size(ByteBuffer buffer) {
    return buffer == null ? 0 : buffer.remaining();
  }

  private static ByteBuffer wrap(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }
}
