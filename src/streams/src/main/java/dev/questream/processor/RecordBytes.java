package dev.questream.processor;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.processor.api.Record;

/**
 * How many bytes a record has at most in a batch of its own, uncompressed. This is what {@code
 * max.request.size} and {@code max.message.bytes} are held against.
 *
 * @see <a href="https://kafka.apache.org/documentation/#messageformat">Kafka's message format</a>
 */
final class RecordBytes {
  /** The head of the batch, 61 bytes, and the numbers of a record, 36. */
  static final int OVERHEAD = 97;

  /** The two lengths of a header. */
  private static final int HEADER_OVERHEAD = 10;

  /** What tracing adds to a record that was measured, and the head of what cannot be compressed. */
  private static final int RESERVE = 1024;

  /** Bytes that cannot be compressed become more; at worst, with LZ4, one in 255. */
  private static final int COMPRESSION = 128;

  private RecordBytes() {}

  /** Bytes that a topic must take for a record of so many. */
  static long atMost(long bytes) {
    return bytes + bytes / COMPRESSION + RESERVE;
  }

  /** Bytes that a record may have, so that a topic takes it. */
  static long fitting(long limit) {
    return Math.max(0, limit - limit / COMPRESSION - RESERVE);
  }

  static long of(Record<byte[], byte[]> record) {
    return OVERHEAD + length(record.key()) + length(record.value()) + of(record.headers());
  }

  static long of(Headers headers) {
    long bytes = 0;
    for (Header header : headers) {
      bytes += ofHeader(header.key(), length(header.value()));
    }
    return bytes;
  }

  static long ofHeader(String name, int valueBytes) {
    return HEADER_OVERHEAD + Utils.utf8Length(name) + (long) valueBytes;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
