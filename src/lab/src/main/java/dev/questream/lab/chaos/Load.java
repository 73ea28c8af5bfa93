package dev.questream.lab.chaos;

import dev.questream.lab.chaos.guarantee.Produced;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produces the workload at a steady rate, less where the application falls behind.
 *
 * <p><b>Threading:</b> a thread of its own; the counts are for any thread.
 */
final class Load implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Load.class);

  /** A question is sent again for as long as any outage of a run may last. */
  private static final int DELIVERY_LIMIT_MS = (int) TimeUnit.MINUTES.toMillis(30);

  private static final int REQUEST_LIMIT_MS = 5_000;
  private static final int TICKS_PER_SECOND = 50;

  private final Workload workload;
  private final Watch watch;
  private final String topic;
  private final int perTick;
  private final int maxBacklog;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = new Thread(this::produce, "chaos-load");
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger unknown = new AtomicInteger();
  private final IntConsumer sending;
  private volatile int sent;
  private volatile boolean stopped;
  private volatile RuntimeException failure;

  /**
   * Starts producing.
   *
   * @param maxBacklog unanswered questions above which it waits
   * @param sending told the number of each record before it is sent
   */
  Load(
      ChaosOptions.Questions questions,
      Map<String, Object> producerSettings,
      String topic,
      Workload workload,
      Watch watch,
      IntConsumer sending) {
    this.workload = workload;
    this.watch = watch;
    this.topic = topic;
    this.perTick = Math.max(1, questions.rate() / TICKS_PER_SECOND);
    this.maxBacklog = questions.maxBacklog();
    this.sending = sending;
    Map<String, Object> settings = new HashMap<>(producerSettings);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_LIMIT_MS);
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_LIMIT_MS);
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY_LIMIT_MS);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    thread.setDaemon(true);
    thread.start();
  }

  private void produce() {
    try {
      long next = System.nanoTime();
      while (!stopped) {
        for (int i = 0; i < perTick && backlog() < maxBacklog; i++) {
          send();
        }
        next += TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
        long now = System.nanoTime();
        next = Math.max(next, now - TimeUnit.SECONDS.toNanos(1)); // catches up one second at most
        LockSupport.parkNanos(next - now);
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private int backlog() {
    return sent - acknowledged.get() - unknown.get() + watch.pending();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only this thread writes it
  private void send() {
    int number = sent;
    sent = number + 1;
    sending.accept(number);
    producer.send(
        workload.record(topic, number),
        (metadata, refused) -> {
          if (refused == null) {
            acknowledged.incrementAndGet();
            watch.produced(new Produced(number, metadata.partition(), metadata.offset()));
          } else {
            unknown.incrementAndGet();
            LOG.error("Number {} may or may not have reached the broker", number, refused);
          }
        });
  }

  /** Questions that the broker has. */
  int acknowledged() {
    return acknowledged.get();
  }

  /** Questions that the broker may or may not have. */
  int unknown() {
    return unknown.get();
  }

  /** Throws what has ended the thread, if anything has. */
  void requireAlive() {
    if (failure != null) {
      throw failure;
    }
  }

  /** Stops sending and waits until the broker has everything. */
  void stop() {
    stopped = true;
    producer.flush();
  }

  @Override
  public void close() {
    stopped = true;
    producer.close(java.time.Duration.ZERO);
  }
}
