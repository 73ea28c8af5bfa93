package dev.questream.lab.demo;

import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.thread.DaemonScheduler;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps asking the demo's questions, so that the live page has something to show.
 *
 * <p><b>Threading:</b> sends on a daemon thread of its own.
 */
final class DemoTraffic implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DemoTraffic.class);
  private static final long TICK_MS = 20;

  private final QuestionProducer producer;
  private final List<DemoData.Question> questions;
  private final double rate;
  private final long startNanos = System.nanoTime();
  private final ScheduledExecutorService ticks = DaemonScheduler.named("questream-demo-traffic");
  private long sent; // the thread's

  /**
   * Begins to ask.
   *
   * @param rate questions a second; 0 for none
   */
  DemoTraffic(QuestionProducer producer, List<DemoData.Question> questions, double rate) {
    this.producer = producer;
    this.questions = questions;
    this.rate = rate;
    if (rate > 0) {
      ticks.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** Sends what is due by now. */
  private void tick() {
    long due = (long) ((System.nanoTime() - startNanos) / 1e9 * rate);
    Consumer<Exception> refused = e -> LOG.debug("A question was not taken", e);
    try {
      for (; sent < due; sent++) {
        DemoData.Question question = questions.get((int) (sent % questions.size()));
        producer.send("again-" + sent, question.text(), refused);
      }
    } catch (KafkaException | IllegalStateException e) { // the producer was closed meanwhile
      LOG.debug("No more questions", e);
    }
  }

  @Override
  public void close() {
    ticks.shutdownNow();
  }
}
