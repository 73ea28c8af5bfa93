package dev.questream.processor;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a task within its bounds. At the bound its partitions are not read any more. What was
 * fetched before still comes; at twice the bound, or where Kafka Streams runs with other clients,
 * the thread has to wait for answers.
 *
 * <p>It waits up to {@code maxBlock} between two punctuations, however many records and tasks there
 * are, so that the thread always gets to poll and commit.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class BackPressure {
  private static final Logger LOG = LoggerFactory.getLogger(BackPressure.class);
  private static final long WAIT_MS = 50;
  private static final double STOP = 1;
  private static final double RESUME = 0.9;
  private static final double BLOCK = 2;

  private final EmbedSettings.PendingBounds bounds;
  private final PendingQuestions pending;
  private final Intake intake;
  private final BlockBudget blockBudget;
  private final Set<TopicPartition> stopped = new HashSet<>();

  /**
   * The back-pressure of one task.
   *
   * @param pending what the task holds
   * @param intake told which partitions to stop
   * @param blockBudget of the stream thread
   */
  BackPressure(
      EmbedSettings.PendingBounds bounds,
      PendingQuestions pending,
      Intake intake,
      BlockBudget blockBudget) {
    this.bounds = bounds;
    this.pending = pending;
    this.intake = intake;
    this.blockBudget = blockBudget;
  }

  /** At the bound: reads nothing more from a partition until enough is answered. */
  void stopIfFull(TopicPartition partition) {
    if (pressure() >= STOP && stopped.add(partition)) {
      intake.stop(partition, this);
    }
  }

  /** Reads on if enough is answered. */
  void resumeIfRelieved() {
    if (pressure() < RESUME) {
      resume();
    }
  }

  /** Reads on: these partitions may have another owner now. */
  void resume() {
    stopped.forEach(partition -> intake.resume(partition, this));
    stopped.clear();
  }

  /** Whether the thread has to wait, and still may. */
  boolean mustWait() {
    return pressure() > BLOCK && blockBudget.usedNanos() < bounds.maxBlock().toNanos();
  }

  /** Waits for the oldest question for a moment, or for less if it is answered sooner. */
  void awaitHead() {
    long start = System.nanoTime();
    InFlight head = pending.head();
    try {
      if (!head.ready()) {
        head.future().get(Math.min(WAIT_MS, bounds.maxBlock().toMillis()), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException | ExecutionException | CancellationException e) {
      LOG.trace("The head of the queue is late, or failed: the harvest sees to it", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    blockBudget.use(System.nanoTime() - start);
  }

  /** A punctuation: the thread has polled since, and may be made to wait again. */
  void renew() {
    blockBudget.renew();
  }

  private double pressure() {
    return pending.pressure(bounds.maxQuestions());
  }
}
