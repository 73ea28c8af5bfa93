package dev.questream.processor;

import dev.questream.serde.SourceTimestamp;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Gives a record the time at which it is read, so that its own, which may be anything, never
 * reaches a topic that would refuse it. Its own goes on in the header {@link
 * SourceTimestamp#HEADER}.
 */
public final class ReadingTime implements TimestampExtractor {

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    SourceTimestamp.set(record.headers(), record.timestamp());
    return System.currentTimeMillis();
  }
}
