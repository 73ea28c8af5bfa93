package dev.questream.processor;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A producer that sends a deletion to a changelog of pending questions only when every record sent
 * before it is acknowledged.
 *
 * <p>Kafka Streams sends a commit's deletions one after the other, so only the first of them waits.
 *
 * <p><b>Threading:</b> sends come from one stream thread; callbacks from the producer's thread.
 */
final class DeletionsLastProducer extends KafkaProducer<byte[], byte[]> {
  private final Set<String> changelogs;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private boolean unacknowledged;

  DeletionsLastProducer(Map<String, Object> config, Set<String> changelogs) {
    super(config, new ByteArraySerializer(), new ByteArraySerializer());
    this.changelogs = Set.copyOf(changelogs);
  }

  @Override
  public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    if (record.value() == null && changelogs.contains(record.topic())) {
      awaitAcknowledgements();
      return super.send(record, callback);
    }
    unacknowledged = true;
    return super.send(
        record,
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
          if (callback != null) {
            callback.onCompletion(metadata, exception);
          }
        });
  }

  private void awaitAcknowledgements() {
    if (unacknowledged) {
      super.flush();
      unacknowledged = false;
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new KafkaException(
          "an answer was not taken by the broker, so its question stays pending", failed);
    }
  }
}
