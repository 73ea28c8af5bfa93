package dev.questream.app.page;

import dev.questream.app.thread.DaemonScheduler;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what becomes of questions and takes a sample every second; the samples of the last ten
 * minutes are kept.
 *
 * <p><b>Threading:</b> hears of questions on stream threads, where it costs an increment and an
 * entry in a wait-free histogram; samples on a daemon thread of its own.
 */
public final class Figures implements EmbedObserver, AutoCloseable {
  static final long INTERVAL_MS = 1_000;
  static final int KEPT = 600;
  private static final Logger LOG = LoggerFactory.getLogger(Figures.class);
  private static final long HIGHEST_MS = TimeUnit.DAYS.toMillis(1);
  private static final int DIGITS = 2;

  private final History history = new History(KEPT);
  private final Recorder latencies = new Recorder(HIGHEST_MS, DIGITS);
  private final AtomicLong pending = new AtomicLong();
  private final LongAdder embedded = new LongAdder();
  private final Map<DeadLetterReason, LongAdder> deadLetters = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sampler = DaemonScheduler.named("questream-figures");

  private Source source; // from here on used by the sampler only
  private Histogram interval;
  private EncoderStatistics lastEncoder;
  private long lastEmbedded;
  private long lastNanos;

  /** What is not told, but has to be asked for. */
  public interface Source {
    /** What the encoder has done. */
    EncoderStatistics encoder();

    /** Threads that run the model. */
    int workers();

    /** Records of the questions topic that are not read yet; NaN if that is not known. */
    double lag();
  }

  /** Begins to sample. */
  public void start(Source from) {
    source = from;
    lastEncoder = from.encoder();
    lastNanos = System.nanoTime();
    sampler.scheduleAtFixedRate(
        this::sampleSafely, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void pending(int change) {
    pending.addAndGet(change);
  }

  @Override
  public void embedded(long endToEndMs, boolean truncated) {
    embedded.increment();
    latencies.recordValue(Math.max(0, Math.min(HIGHEST_MS, endToEndMs)));
  }

  @Override
  public void deadLetter(DeadLetterReason reason) {
    deadLetters.computeIfAbsent(reason, ignored -> new LongAdder()).increment();
  }

  /** Dead letters since the start, by reason. */
  Map<String, Long> deadLetters() {
    Map<String, Long> counts = new TreeMap<>();
    deadLetters.forEach((reason, count) -> counts.put(reason.code(), count.sum()));
    return counts;
  }

  History history() {
    return history;
  }

  /** An exception would end the schedule silently. */
  private void sampleSafely() {
    try {
      sample(System.nanoTime(), System.currentTimeMillis());
    } catch (RuntimeException e) {
      LOG.debug("No sample this time", e);
    }
  }

  private void sample(long nowNanos, long nowMs) {
    double seconds = (nowNanos - lastNanos) / 1e9;
    long answered = embedded.sum();
    EncoderStatistics encoder = source.encoder();
    EncoderStatistics done = encoder.minus(lastEncoder);
    interval = latencies.getIntervalHistogram(interval);
    boolean quiet = interval.getTotalCount() == 0;
    history.add(
        new Sample(
            nowMs,
            (answered - lastEmbedded) / seconds,
            quiet ? Double.NaN : interval.getValueAtPercentile(50),
            quiet ? Double.NaN : interval.getValueAtPercentile(99),
            done.batches() == 0 ? Double.NaN : done.meanBatchTexts(),
            done.batches() == 0 ? Double.NaN : done.meanBatchTokens(),
            Math.min(1, done.busyNanos() / 1e9 / seconds / source.workers()),
            pending.get(),
            source.lag(),
            deadLetters.values().stream().mapToLong(LongAdder::sum).sum()));
    lastEmbedded = answered;
    lastEncoder = encoder;
    lastNanos = nowNanos;
  }

  @Override
  public void close() {
    sampler.shutdownNow();
  }
}
