package dev.questream.app.runtime;

import dev.questream.app.embed.RequestObserver;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.encoder.batching.EncoderState;
import dev.questream.encoder.batching.EncoderStatistics;
import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The metrics of the process: those of the encoder and of what becomes of questions, those of Kafka
 * Streams and its clients, those of the JVM. Names are a documented contract (docs/operate.md).
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class Metrics implements AutoCloseable {
  private static final Duration[] LATENCY_BUCKETS =
      millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000);

  private final Resources opened = new Resources();
  private final PrometheusMeterRegistry registry =
      opened.add(
          new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), PrometheusMeterRegistry::close);
  private final AtomicLong pending = new AtomicLong();

  /**
   * @param allOfKafka whether to show all of Kafka's own metrics, and not just {@link KafkaMeters}
   */
  Metrics(boolean allOfKafka) {
    if (!allOfKafka) {
      registry.config().meterFilter(KafkaMeters.filter());
    }
    Gauge.builder("questream.pending.questions", pending, AtomicLong::get)
        .description("Questions read and not yet answered")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    opened.add(new JvmGcMetrics(), JvmGcMetrics::close).bindTo(registry);
  }

  private static Duration[] millis(long... values) {
    Duration[] durations = new Duration[values.length];
    for (int i = 0; i < values.length; i++) {
      durations[i] = Duration.ofMillis(values[i]);
    }
    return durations;
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(LATENCY_BUCKETS)
        .register(registry);
  }

  private DistributionSummary summary(String name, String description, double... buckets) {
    return DistributionSummary.builder(name)
        .description(description)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private Counter counter(String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  /** Hears of the encoder's batches. */
  EncoderObserver encoder() {
    Timer tokenization =
        timer("questream.encoder.tokenization", "Time to tokenize a window of questions");
    Timer queue = timer("questream.encoder.queue", "Time that a question waits for a worker");
    Timer inference = timer("questream.encoder.inference", "Time of a batch in the model");
    DistributionSummary questions =
        summary(
            "questream.encoder.batch.questions", "Questions in a batch", 1, 4, 16, 64, 128, 256);
    DistributionSummary tokens =
        summary(
            "questream.encoder.batch.tokens", "Tokens in a batch", 16, 64, 256, 1024, 4096, 16384);
    return new EncoderObserver() {
      @Override
      public void tokenized(int texts, long nanos) {
        tokenization.record(nanos, TimeUnit.NANOSECONDS);
      }

      @Override
      public void queued(long nanos) {
        queue.record(nanos, TimeUnit.NANOSECONDS);
      }

      @Override
      public void encoded(int texts, int batchTokens, long nanos) {
        inference.record(nanos, TimeUnit.NANOSECONDS);
        questions.record(texts);
        tokens.record(batchTokens);
      }
    };
  }

  /** Hears what becomes of questions. */
  EmbedObserver processor() {
    Timer windowAge = timer("questream.window.age", "Age of a window when it is closed");
    DistributionSummary windowQuestions =
        summary("questream.window.questions", "Questions of a window", 1, 4, 16, 64, 128);
    Timer endToEnd =
        timer("questream.end.to.end", "Time from a question's timestamp to its embedding");
    Counter truncated = counter("questream.truncated", "Embeddings of questions that were cut");
    Counter deletions = counter("questream.deletions", "Deletions forwarded");
    Counter moved =
        counter("questream.moved.ids", "Questions whose id was in another partition before");
    // From the start at 0: an alert on an increase would miss the first one of a series that
    // appears with it.
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      deadLetters(reason);
    }
    return new EmbedObserver() {
      @Override
      public void pending(int change) {
        pending.addAndGet(change);
      }

      @Override
      public void windowClosed(int questions, long ageMs) {
        windowAge.record(ageMs, TimeUnit.MILLISECONDS);
        windowQuestions.record(questions);
      }

      @Override
      public void embedded(long endToEndMs, boolean cut) {
        endToEnd.record(Math.max(0, endToEndMs), TimeUnit.MILLISECONDS);
        if (cut) {
          truncated.increment();
        }
      }

      @Override
      public void deleted() {
        deletions.increment();
      }

      @Override
      public void idMoved() {
        moved.increment();
      }

      @Override
      public void skipped(String kind) {
        Metrics.this.skipped(kind).increment();
      }

      @Override
      public void deadLetter(DeadLetterReason reason) {
        deadLetters(reason).increment();
      }
    };
  }

  private Counter skipped(String kind) {
    return Counter.builder("questream.skipped")
        .description("Records of an envelope that ask and delete nothing")
        .tag("kind", kind)
        .register(registry);
  }

  private Counter deadLetters(DeadLetterReason reason) {
    return Counter.builder("questream.dead.letters")
        .description("Dead letters")
        .tag("reason", reason.code())
        .register(registry);
  }

  /** Hears of requests for vectors. */
  RequestObserver requests() {
    return new RequestObserver() {
      @Override
      public void answered(String protocol, int status, long nanos) {
        Timer.builder("questream.http.embed")
            .description("Time to answer a request for vectors")
            .serviceLevelObjectives(LATENCY_BUCKETS)
            .tag("protocol", protocol)
            .tag("status", Integer.toString(status))
            .register(registry)
            .record(nanos, TimeUnit.NANOSECONDS);
      }

      @Override
      public void watch(IntSupplier waitingTexts) {
        Gauge.builder("questream.http.embed.waiting.texts", waitingTexts, IntSupplier::getAsInt)
            .description("Texts over HTTP that wait for their vectors")
            .strongReference(true) // nobody else holds the supplier
            .register(registry);
      }
    };
  }

  /** Adds what Kafka Streams counts by itself. */
  void observe(KafkaStreams streams) {
    opened.add(new KafkaStreamsMetrics(streams), KafkaStreamsMetrics::close).bindTo(registry);
  }

  /** Adds what the encoder counts by itself. */
  void observe(BatchingEncoder encoder) {
    count(encoder, "texts", "Questions run through the model", EncoderStatistics::texts);
    count(encoder, "tokens", "Tokens run through the model", EncoderStatistics::tokens);
    count(encoder, "retries", "Batches that failed and were run again", EncoderStatistics::retries);
    count(encoder, "splits", "Batches that failed and were divided", EncoderStatistics::splits);
    count(encoder, "timeouts", "Calls that took too long", EncoderStatistics::timeouts);
    count(encoder, "out.of.memory", "Batches too large", EncoderStatistics::outOfMemory);
    count(encoder, "cache.hits", "Questions found in the cache", EncoderStatistics::cacheHits);
    count(encoder, "coalesced", "Questions that shared a vector", EncoderStatistics::coalesced);
    gauge(encoder, "waiting.questions", "Questions in the queue", EncoderState::waitingTexts);
    gauge(encoder, "waiting.tokens", "Tokens in the queue", EncoderState::waitingTokens);
    gauge(encoder, "workers", "Workers that can take a batch", EncoderState::workers);
    gauge(encoder, "busy.workers", "Workers inside the model", EncoderState::busyWorkers);
    gauge(encoder, "hung.calls", "Calls given up and not back", EncoderState::hungCalls);
    gauge(encoder, "batch.token.limit", "Tokens a batch may hold", EncoderState::maxBatchTokens);
    gauge(encoder, "cached.vectors", "Vectors in the cache", EncoderState::cachedVectors);
    gauge(encoder, "healthy", "1 if the encoder answers", state -> state.healthy() ? 1 : 0);
  }

  /** Adds what is counted of the stream threads. */
  void observe(StreamsLifecycle streams) {
    FunctionCounter.builder(
            "questream.threads.replaced", streams, StreamsLifecycle::replacedThreads)
        .description("Stream threads that died of a fault and were replaced")
        .register(registry);
  }

  private void count(
      BatchingEncoder encoder,
      String name,
      String description,
      ToDoubleFunction<EncoderStatistics> of) {
    FunctionCounter.builder(
            "questream.encoder." + name, encoder, e -> of.applyAsDouble(e.statistics()))
        .description(description)
        .register(registry);
  }

  private void gauge(
      BatchingEncoder encoder, String name, String description, ToDoubleFunction<EncoderState> of) {
    Gauge.builder("questream.encoder." + name, encoder, e -> of.applyAsDouble(e.state()))
        .description(description)
        .register(registry);
  }

  /** All metrics in Prometheus' text format. */
  String scrape() {
    return registry.scrape();
  }

  boolean isClosed() {
    return registry.isClosed();
  }

  @Override
  public void close() {
    opened.close();
  }
}
