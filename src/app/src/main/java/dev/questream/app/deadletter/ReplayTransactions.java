package dev.questream.app.deadletter;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.config.QuestreamConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions of one replay after another: at most one replay of an application writes, and what a
 * dead one has left open is ended before the next begins.
 */
final class ReplayTransactions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayTransactions.class);
  private static final int MAX_RECORD_BYTES = 32 << 20; // the brokers' own limit is what counts
  private static final int TIMEOUT_MS = 30_000;
  private static final int MAX_BLOCK_MS = 20_000;

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<FatalException> refused = new AtomicReference<>();
  private boolean open;

  /** Ends what an earlier replay left open, and shuts out one that is still running. */
  ReplayTransactions(QuestreamConfig config) {
    producer =
        new KafkaProducer<>(settings(config), new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  private static Map<String, Object> settings(QuestreamConfig config) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_RECORD_BYTES);
    settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TIMEOUT_MS);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MS);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, MAX_BLOCK_MS);
    settings.putAll(config.producerSettings());
    settings.put(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
        config.getString(QuestreamConfig.APPLICATION_ID) + "-dlq-replay");
    return settings;
  }

  /**
   * Sends a record in the open transaction, or opens one.
   *
   * @param what named if the record is refused
   */
  void send(ProducerRecord<byte[], byte[]> record, Object what) {
    if (!open) {
      producer.beginTransaction();
      open = true;
    }
    try {
      producer.send(
          record,
          (metadata, failure) -> {
            if (failure != null) {
              refused.compareAndSet(null, refusal(record, what, failure));
            }
          });
    } catch (KafkaException e) {
      throw failure(e);
    }
  }

  /** Commits the open transaction, if there is one. */
  void commit() {
    if (!open) {
      return;
    }
    try {
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw failure(e);
    }
    open = false;
  }

  private static FatalException refusal(
      ProducerRecord<byte[], byte[]> record, Object what, Exception failure) {
    return new FatalException(
        ExitCode.FAILED,
        "dead letter %s was not taken by %s: %s"
            .formatted(what, record.topic(), failure.getMessage()),
        failure);
  }

  private RuntimeException failure(KafkaException failure) {
    if (failure instanceof InterruptException) {
      return failure;
    }
    if (failure instanceof ProducerFencedException
        || failure instanceof InvalidProducerEpochException) {
      open = false; // nothing of ours is left to abort
      return new FatalException(
          ExitCode.FAILED,
          "another replay of this application has begun, or this one took too long between two"
              + " records; it has stopped, and nothing is sent twice",
          failure);
    }
    FatalException cause = refused.get();
    return cause == null ? failure : cause;
  }

  /** Aborts what is not committed. */
  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    if (open) {
      try {
        producer.abortTransaction();
      } catch (KafkaException e) {
        LOG.debug("The broker will abort the transaction, or the next replay", e);
      }
    }
    producer.close(Duration.ofMillis(TIMEOUT_MS));
  }
}
