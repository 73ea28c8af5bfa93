package dev.questream.processor;

import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

/**
 * Makes a producer send a deletion to a changelog of pending questions only when every record sent
 * before it is acknowledged.
 *
 * <p>Kafka Streams sends a commit's deletions one after the other, so only the first of them waits.
 *
 * <p><b>Threading:</b> sends come from one stream thread; callbacks from the producer's thread.
 */
final class DeletionsLastProducer {
  private final Producer<byte[], byte[]> producer;
  private final Set<String> changelogs;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private boolean unacknowledged;

  private DeletionsLastProducer(Producer<byte[], byte[]> producer, Set<String> changelogs) {
    this.producer = producer;
    this.changelogs = Set.copyOf(changelogs);
  }

  /** The producer, with sends that hold back deletions to these topics. */
  static Producer<byte[], byte[]> of(Producer<byte[], byte[]> producer, Set<String> changelogs) {
    DeletionsLastProducer deletionsLast = new DeletionsLastProducer(producer, changelogs);
    return InterceptedClient.of(Producer.class, producer, "send", deletionsLast::send);
  }

  /** A record, and a callback in one of the two overloads. */
  @SuppressWarnings("unchecked") // only a Producer<byte[], byte[]> passes its arguments here
  private Future<RecordMetadata> send(Object[] arguments) {
    return send(
        (ProducerRecord<byte[], byte[]>) arguments[0],
        arguments.length == 1 ? null : (Callback) arguments[1]);
  }

  private Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
    if (record.value() == null && changelogs.contains(record.topic())) {
      awaitAcknowledgements();
      return producer.send(record, callback);
    }
    unacknowledged = true;
    return producer.send(
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
      producer.flush();
      unacknowledged = false;
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw new KafkaException(
          "an answer was not taken by the broker, so its question stays pending", failed);
    }
  }
}
