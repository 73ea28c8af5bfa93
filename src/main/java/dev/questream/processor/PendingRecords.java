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

  private PendingRecords() {}

  static PendingQuestion of(Record<byte[], byte[]> record, RecordMetadata metadata) {
    List<PendingHeader> headers = new ArrayList<>();
    for (Header header : record.headers()) {
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

  /** A new, modifiable copy of the record's headers. */
  static Headers headers(PendingQuestion pending) {
    Headers headers = new RecordHeaders();
    for (PendingHeader header : pending.getHeaders()) {
      headers.add(header.getKey(), Arrival.bytes(header.getValue()));
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
