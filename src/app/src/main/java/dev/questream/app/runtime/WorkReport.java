package dev.questream.app.runtime;

import dev.questream.app.thread.DaemonScheduler;
import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a line for each minute in which there was work.
 *
 * <p><b>Threading:</b> hears of questions on stream threads; logs on a daemon thread of its own.
 */
final class WorkReport implements EmbedObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkReport.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final long HIGHEST_MS = TimeUnit.DAYS.toMillis(1);
  private static final int DIGITS = 2;

  private final Recorder latencies = new Recorder(HIGHEST_MS, DIGITS);
  private final LongAdder truncated = new LongAdder();
  private final LongAdder deleted = new LongAdder();
  private final Map<DeadLetterReason, LongAdder> deadLetters =
      new EnumMap<>(DeadLetterReason.class);
  private final AtomicLong pending = new AtomicLong();
  private final ScheduledExecutorService reporting = DaemonScheduler.named("questream-work-report");

  WorkReport() {
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      deadLetters.put(reason, new LongAdder());
    }
  }

  /**
   * Begins to report.
   *
   * @param lag records that are not read yet; NaN if that is not known
   */
  void start(DoubleSupplier lag) {
    reporting.scheduleAtFixedRate(
        () -> line(EVERY, lag.getAsDouble()).ifPresent(LOG::info),
        EVERY.toMillis(),
        EVERY.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void pending(int change) {
    pending.addAndGet(change);
  }

  @Override
  public void embedded(long endToEndMs, boolean cut) {
    latencies.recordValue(Math.max(0, Math.min(HIGHEST_MS, endToEndMs)));
    if (cut) {
      truncated.increment();
    }
  }

  @Override
  public void deleted() {
    deleted.increment();
  }

  @Override
  public void deadLetter(DeadLetterReason reason) {
    deadLetters.get(reason).increment();
  }

  /** What was done since the last one; empty for nothing done and nothing to do. */
  Optional<String> line(Duration time, double lag) {
    Histogram embedded = latencies.getIntervalHistogram();
    List<String> done = new ArrayList<>();
    if (embedded.getTotalCount() > 0) {
      done.add(
          String.format(
              Locale.ROOT,
              "%,d embedded (%,.1f/s, p50 %,d ms, p99 %,d ms)",
              embedded.getTotalCount(),
              embedded.getTotalCount() * 1e3 / time.toMillis(),
              embedded.getValueAtPercentile(50),
              embedded.getValueAtPercentile(99)));
    }
    add(done, truncated.sumThenReset(), "cut");
    add(done, deleted.sumThenReset(), "deleted");
    deadLetters().ifPresent(done::add);
    long waiting = pending.get();
    if (done.isEmpty() && waiting == 0) {
      return Optional.empty();
    }
    if (done.isEmpty()) {
      done.add("nothing answered");
    }
    add(done, waiting, "pending");
    add(done, Double.isNaN(lag) ? 0 : (long) lag, "not read yet");
    return Optional.of("Last minute: " + String.join(", ", done));
  }

  private static void add(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }

  private Optional<String> deadLetters() {
    Map<DeadLetterReason, Long> counts = new EnumMap<>(DeadLetterReason.class);
    deadLetters.forEach((reason, count) -> counts.put(reason, count.sumThenReset()));
    counts.values().removeIf(count -> count == 0);
    long sum = counts.values().stream().mapToLong(Long::longValue).sum();
    String reasons =
        counts.entrySet().stream()
            .map(
                entry ->
                    String.format(Locale.ROOT, "%s %,d", entry.getKey().code(), entry.getValue()))
            .collect(Collectors.joining(", "));
    return sum == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT, "%,d dead letter%s (%s)", sum, sum == 1 ? "" : "s", reasons));
  }

  @Override
  public void close() {
    reporting.shutdownNow();
  }
}
