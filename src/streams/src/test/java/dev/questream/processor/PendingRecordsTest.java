package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.PendingQuestion;
import dev.questream.serde.PendingQuestionSerde;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** A record comes out of the store as it went in, whatever a producer wrote. */
class PendingRecordsTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final String OURS = "questream.pending.origin";

  private static byte[] bytes(Random random) {
    if (random.nextInt(4) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Headers headers(Random random) {
    Headers headers = new RecordHeaders();
    for (int i = random.nextInt(5); i > 0; i--) {
      String name = random.nextInt(4) == 0 ? OURS : "name-" + random.nextInt(3);
      headers.add(new RecordHeader(name, bytes(random)));
    }
    return headers;
  }

  @Test
  void shouldGiveBackTheRecordAndItsPosition() {
    Random random = new Random(SEED);
    PendingQuestionSerde serde = new PendingQuestionSerde();
    for (int round = 0; round < 2_000; round++) {
      String at = "seed %d, round %d".formatted(SEED, round);
      SourcePosition position =
          new SourcePosition("topic-" + random.nextInt(3), random.nextInt(9), random.nextLong(), 0);
      Record<byte[], byte[]> record =
          new Record<>(bytes(random), bytes(random), random.nextInt(1_000_000), headers(random));
      PendingQuestion pending = PendingRecords.of(record, position);
      long key = position.offset();
      PendingQuestion stored = pending;
      if (random.nextBoolean()) {
        key = random.nextLong();
        position =
            new SourcePosition(
                position.topic(), position.partition(), position.offset(), random.nextInt(5));
        stored = PendingRecords.withPosition(pending, position);
      }
      PendingQuestion restored =
          serde.deserializer().deserialize("", serde.serializer().serialize("", stored));

      assertThat(PendingRecords.position(restored, key)).as(at).isEqualTo(position);
      assertThat(Arrival.bytes(restored.getKey())).as(at).isEqualTo(record.key());
      assertThat(Arrival.bytes(restored.getValue())).as(at).isEqualTo(record.value());
      assertThat(restored.getTimestampMs()).as(at).isEqualTo(record.timestamp());
      List<Header> written = new ArrayList<>();
      record.headers().forEach(written::add);
      written.removeIf(header -> header.key().equals(OURS));
      assertThat(PendingRecords.headers(restored)).as(at).containsExactlyElementsOf(written);
      assertThat(PendingRecords.bytes(pending)).as(at).isEqualTo(size(record, written));
    }
  }

  private static int size(Record<byte[], byte[]> record, List<Header> headers) {
    int size = length(record.key()) + length(record.value());
    for (Header header : headers) {
      size += 10 + header.key().getBytes(StandardCharsets.UTF_8).length + length(header.value());
    }
    return size;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
