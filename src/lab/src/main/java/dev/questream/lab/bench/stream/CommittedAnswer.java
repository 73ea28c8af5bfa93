package dev.questream.lab.bench.stream;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A committed answer, not decoded: that is a consumer's business, and on the same machine would
 * take part in the measurement.
 *
 * @param place of its question in the order of sending
 * @param partition that it came from
 * @param deadLetter whether it is a dead letter
 */
record CommittedAnswer(long place, int partition, boolean deadLetter) {

  static CommittedAnswer of(ConsumerRecord<byte[], byte[]> record, String deadLetters) {
    return new CommittedAnswer(
        Long.parseLong(new String(record.key(), StandardCharsets.UTF_8)),
        record.partition(),
        record.topic().equals(deadLetters));
  }
}
