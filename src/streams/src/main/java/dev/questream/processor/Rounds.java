package dev.questream.processor;

import java.time.Duration;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * The rounds of a task: a wall-clock punctuator that runs only while something is pending, because
 * every punctuation makes Kafka Streams commit.
 *
 * <p>With exactly-once, the last round asks for the commit of what was answered. Two such commits
 * are half a {@code commit.interval.ms} apart, and {@value #MOST_SPACING_MS} ms where that is more.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class Rounds {
  private static final long MOST_SPACING_MS = 50;
  private static final long DEFAULT_COMMIT_INTERVAL_MS = 100;

  private final ProcessorContext<?, ?> context;
  private final Duration interval;
  private final boolean commits;
  private final Pace pace;
  private final Punctuator round;
  private final long spacingMs;
  private Cancellable punctuation; // null while there are no rounds
  private boolean busy;

  /**
   * No rounds yet.
   *
   * @param commits whether readers wait for the commit
   * @param pace of the stream thread
   */
  Rounds(
      ProcessorContext<?, ?> context,
      Duration interval,
      boolean commits,
      Pace pace,
      Punctuator round) {
    this.context = context;
    this.interval = interval;
    this.commits = commits;
    this.pace = pace;
    this.round = round;
    Object configured =
        context
            .appConfigs()
            .getOrDefault(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, DEFAULT_COMMIT_INTERVAL_MS);
    this.spacingMs = Math.min(MOST_SPACING_MS, Long.parseLong(configured.toString()) / 2);
  }

  /** Something is pending. */
  void go() {
    if (!busy) {
      busy = true;
      pace.taskBusy();
    }
    if (punctuation == null) {
      punctuation = context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, round);
    }
  }

  /** Nothing is pending any more: ends the rounds once what was answered is committed. */
  void rest(long nowMs) {
    if (!commits) {
      stop();
      close();
      return;
    }
    if (busy) {
      busy = false;
      pace.taskAnswered();
    }
    if (!pace.awaitsCommit()) {
      stop();
    } else if (pace.commit(nowMs, spacingMs)) {
      context.commit();
      stop();
    }
  }

  private void stop() {
    punctuation.cancel();
    punctuation = null;
  }

  /** Nothing is pending here any more, and nobody waits for a commit. */
  void close() {
    if (busy) {
      busy = false;
      pace.taskGone();
    }
  }
}
