package dev.questream.lab.chaos;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/** A record with a timestamp that Kafka's own producer would not take, as others send them. */
final class AnyTimeRecord extends ProducerRecord<byte[], byte[]> {
  private final long timestampMs;

  /**
   * @param partition null for the one that the producer chooses by the key
   * @param timestampMs milliseconds since 1970, or -1 for none
   */
  AnyTimeRecord(
      String topic,
      Integer partition,
      long timestampMs,
      byte[] key,
      byte[] value,
      Headers headers) {
    super(topic, partition, null, key, value, headers);
    this.timestampMs = timestampMs;
  }

  @Override
  public Long timestamp() {
    return timestampMs;
  }
}
