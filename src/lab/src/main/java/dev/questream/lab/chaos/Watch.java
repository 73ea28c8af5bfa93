package dev.questream.lab.chaos;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.RecordPosition;
import dev.questream.lab.chaos.guarantee.Consumed;
import dev.questream.lab.chaos.guarantee.Guarantee;
import dev.questream.lab.chaos.guarantee.Lost;
import dev.questream.lab.chaos.guarantee.Outdated;
import dev.questream.lab.chaos.guarantee.Positions;
import dev.questream.lab.chaos.guarantee.Produced;
import dev.questream.lab.chaos.guarantee.Violations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Shows the guarantees what is produced, and what a {@code read_committed} consumer of embeddings
 * and dead letters sees.
 *
 * <p><b>Threading:</b> reads on a thread of its own; everything is guarded by its lock.
 */
final class Watch implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);

  /**
   * An answer can be read before its question's acknowledgement comes; so long it is waited for.
   */
  private static final long ACKNOWLEDGEMENT_LIMIT_MS = 60_000;

  private final Positions positions;
  private final Lost lost;
  private final List<Guarantee> guarantees;
  private final EmbeddingReader reader;
  private final Thread thread = new Thread(this::read, "chaos-watch");
  private final AnswerTally answers = new AnswerTally();
  private long latestMadeAtMs; // guarded by this
  private long emptyPolls; // guarded by this
  private boolean stopped; // guarded by this
  private RuntimeException failure; // guarded by this

  /** Starts reading from the beginning. */
  Watch(Positions positions, Lost lost, List<Guarantee> guarantees, EmbeddingReader reader) {
    this.positions = positions;
    this.lost = lost;
    this.guarantees = List.copyOf(guarantees);
    this.reader = reader;
    thread.setDaemon(true);
    thread.start();
  }

  /** The broker has a question. */
  synchronized void produced(Produced produced) {
    positions.put(produced);
    guarantees.forEach(guarantee -> guarantee.onProduced(produced));
    notifyAll();
  }

  private void read() {
    try (reader) {
      while (!isStopped()) {
        List<Answer> read = reader.poll(POLL);
        for (Answer answer : read) {
          consumed(AnswerTranslation.of(answer, System.currentTimeMillis()));
        }
        polled(read.isEmpty());
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private synchronized void polled(boolean empty) {
    emptyPolls = empty ? emptyPolls + 1 : 0;
    notifyAll();
  }

  private synchronized void fail(RuntimeException thrown) {
    failure = thrown;
    notifyAll();
  }

  private synchronized void consumed(Consumed consumed) {
    if (consumed instanceof Consumed.Answer answer) {
      awaitAcknowledged(answer);
      answers.count(answer);
      if (answer instanceof Consumed.Embedded embedded) {
        latestMadeAtMs = Math.max(latestMadeAtMs, embedded.madeAtMs());
      }
    }
    guarantees.forEach(guarantee -> guarantee.onConsumed(consumed));
    notifyAll();
  }

  /**
   * Otherwise it was written although its sender never heard so: that is no fault of the answer.
   */
  private void awaitAcknowledged(Consumed.Answer answer) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ACKNOWLEDGEMENT_LIMIT_MS);
    while (!positions.known(answer.number()) && !stopped && System.nanoTime() < end) {
      waitForNews(end);
    }
    if (!positions.known(answer.number()) && answer instanceof Consumed.Embedded embedded) {
      RecordPosition source =
          new RecordPosition(
              embedded.value().getSourceTopic(),
              embedded.value().getSourcePartition(),
              embedded.value().getSourceOffset());
      produced(new Produced(answer.number(), source.partition(), source.offset()));
    }
  }

  private void waitForNews(long endNanos) {
    try {
      wait(Math.max(1, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime())));
    } catch (InterruptedException e) {
      throw new org.apache.kafka.common.errors.InterruptException(e);
    }
  }

  /** Waits for a committed embedding that was made at a time or later; false if none comes. */
  synchronized boolean awaitMadeSince(long sinceMs, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (latestMadeAtMs < sinceMs && failure == null && System.nanoTime() < end) {
      waitForNews(end);
    }
    requireAlive();
    return latestMadeAtMs >= sinceMs;
  }

  /** Reads until nothing has come for a while. */
  synchronized void awaitQuiet(int quietPolls, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    emptyPolls = 0;
    while (emptyPolls < quietPolls && failure == null && System.nanoTime() < end) {
      waitForNews(end);
    }
    requireAlive();
  }

  /** Questions without an answer. */
  synchronized int pending() {
    return lost.pending();
  }

  /** Questions that must have no answer, because they change nothing. */
  synchronized int skipped() {
    return lost.skipped();
  }

  synchronized AnswerTally.Counts counts() {
    return answers.counts();
  }

  /** What each guarantee found, by its name. What is not answered yet counts as lost. */
  synchronized Map<String, Violations> violations() {
    Map<String, Violations> found = new LinkedHashMap<>();
    guarantees.forEach(guarantee -> found.put(guarantee.name(), guarantee.violations()));
    return found;
  }

  /** Breaches so far, without those that time may still mend. */
  synchronized long breaches() {
    return guarantees.stream()
        .filter(guarantee -> guarantee != lost && !(guarantee instanceof Outdated))
        .mapToLong(guarantee -> guarantee.violations().count())
        .sum();
  }

  /** Throws what has ended the thread, if anything has. */
  synchronized void requireAlive() {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
