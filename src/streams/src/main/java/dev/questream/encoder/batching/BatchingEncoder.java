package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.TOKENIZATION_FAILED;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderTrail;
import dev.questream.encoder.Hardware;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.batching.WaitingText.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the windows of all callers into batches bounded by tokens and runs them on worker threads.
 *
 * <p>Texts are tokenized once, on a thread of their own, urgent ones on another. A text whose
 * vector is cached is answered at once; one that is under way already is not encoded a second time.
 * The rest waits in a queue in which the sources take turns. A worker takes the next batch by the
 * rule of {@link TokenBudget}. A batch that fails is run again, then halved until the text that
 * fails stands alone; only that text's future fails. A call that takes too long loses its worker,
 * not its texts.
 *
 * <p><b>Threading:</b> safe for any thread. Futures are completed outside any lock.
 */
public final class BatchingEncoder implements QuestionEncoder {
  private static final Logger LOG = LoggerFactory.getLogger(BatchingEncoder.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

  /**
   * A batch of a large model may take seconds. A process that ends meanwhile takes libtorch's
   * memory away from under it, and crashes instead of ending with its status.
   */
  private static final Duration LAST_BATCH_LIMIT = Duration.ofSeconds(20);

  private final EncoderBackend backend;
  private final BatchingSettings settings;
  private final EncoderObserver observer;
  private final EncoderCounters counters = new EncoderCounters();
  private final VectorCache cache;
  private final BatchFlow flow;
  private final Workers workers;
  private final ExecutorService tokenizer = startedThread("questream-tokenizer");
  private final ExecutorService urgentTokenizer = startedThread("questream-tokenizer-urgent");
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Starts with {@link BatchingSettings#of}. */
  public BatchingEncoder(EncoderBackend backend, TokenBudget budget) {
    this(backend, BatchingSettings.of(budget), EncoderObserver.NONE);
  }

  /**
   * Starts the workers. The backend is closed with this encoder.
   *
   * @throws RuntimeException what a worker's session threw when it was opened
   */
  public BatchingEncoder(
      EncoderBackend backend, BatchingSettings settings, EncoderObserver observer) {
    this.backend = backend;
    this.settings = settings;
    this.observer = observer;
    this.cache = new VectorCache(settings.cacheBytes());
    this.flow = new BatchFlow(settings, cache, counters, observer);
    this.workers = new Workers(backend, flow, settings);
    try {
      workers.start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * A single thread that runs already: were it started by the first task, a pool that is shut down
   * at that very moment may keep a second task in its queue for ever.
   */
  private static ExecutorService startedThread(String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    pool.prestartCoreThread();
    return pool;
  }

  @Override
  public EncoderInfo info() {
    return backend.info();
  }

  /** What the model runs on. */
  public Hardware hardware() {
    return backend.hardware();
  }

  /** Threads that run the model. */
  public int workers() {
    return settings.budget().workers();
  }

  /** Model, precision, length and hardware in one line, for people. */
  public String describe() {
    return "%s, at most %d tokens; on %s, workers: %d"
        .formatted(
            info().provenance().describe(), info().maxTokens(), hardware().name(), workers());
  }

  /** What was done so far; counters only grow. */
  public EncoderStatistics statistics() {
    return counters.statistics();
  }

  /** What it is at right now. */
  public EncoderState state() {
    return flow.state(workers);
  }

  @Override
  public List<CompletableFuture<Embedding>> submit(String source, List<EncoderInput> texts) {
    return submit(source, false, texts);
  }

  /**
   * The same for texts that somebody waits for: they go before those of {@link #submit}, within
   * {@link BatchingSettings#urgentShare}. A text that is under way already becomes urgent too.
   */
  public List<CompletableFuture<Embedding>> submitUrgent(String source, List<EncoderInput> texts) {
    return submit(source, true, texts);
  }

  private List<CompletableFuture<Embedding>> submit(
      String source, boolean urgent, List<EncoderInput> texts) {
    List<EncoderInput> window = List.copyOf(texts);
    List<CompletableFuture<Embedding>> futures = new ArrayList<>(window.size());
    for (int i = 0; i < window.size(); i++) {
      futures.add(new CompletableFuture<>());
    }
    try {
      (urgent ? urgentTokenizer : tokenizer)
          .execute(() -> tokenize(source, urgent, window, futures));
    } catch (RejectedExecutionException e) {
      EncoderException closed = new EncoderException(CLOSED, "the encoder is closed");
      futures.forEach(future -> flow.fail(future, closed));
    }
    return futures;
  }

  private void tokenize(
      String source,
      boolean urgent,
      List<EncoderInput> window,
      List<CompletableFuture<Embedding>> futures) {
    long start = System.nanoTime();
    List<TokenizedText> tokenized = new ArrayList<>(window.size());
    List<CompletableFuture<Embedding>> waiting = new ArrayList<>(window.size());
    for (int i = 0; i < window.size() && flow.end() == null; i++) {
      CompletableFuture<Embedding> future = futures.get(i);
      if (future.isDone()) {
        continue; // cancelled in the meantime
      }
      try {
        tokenized.add(backend.tokenize(window.get(i)));
        waiting.add(future);
      } catch (EncoderException e) {
        flow.fail(future, e);
      } catch (Throwable e) { // whatever is thrown, every future must be settled
        flow.fail(future, new EncoderException(TOKENIZATION_FAILED, e.toString(), e));
      }
    }
    long nanos = System.nanoTime() - start;
    counters.tokenizeNanos.add(nanos);
    observer.tokenized(window.size(), nanos);
    EncoderException end = flow.end();
    if (end == null) {
      answerOrEnqueue(source, urgent, tokenized, waiting);
    } else {
      futures.forEach(future -> flow.fail(future, end));
    }
  }

  private void answerOrEnqueue(
      String source,
      boolean urgent,
      List<TokenizedText> texts,
      List<CompletableFuture<Embedding>> futures) {
    List<TokenKey> keys = new ArrayList<>(texts.size());
    List<Waiter> waiters = new ArrayList<>(texts.size());
    long now = System.nanoTime();
    for (int i = 0; i < texts.size(); i++) {
      TokenizedText text = texts.get(i);
      if (text.originalCount() > text.ids().length) {
        counters.truncated.increment();
      }
      TokenKey key = new TokenKey(text.ids());
      float[] cached = cache.find(key);
      if (cached != null) {
        counters.cacheHits.increment();
        futures
            .get(i)
            .complete(
                new Embedding(
                    cached, text.ids().length, text.originalCount(), new EncoderTrail(now, null)));
      } else {
        keys.add(key);
        waiters.add(new Waiter(futures.get(i), text.originalCount(), now));
      }
    }
    flow.enqueue(source, urgent, keys, waiters);
  }

  @Override
  public void close() {
    flow.close();
    if (closing.getAndSet(true)) {
      return;
    }
    tokenizer.shutdown();
    urgentTokenizer.shutdown();
    if (uninterrupted(this::awaitEnd)) {
      backend.close();
    } else {
      LOG.warn("A worker is still inside the model; its memory is left to the end of the process.");
    }
  }

  /** Closing the backend under a thread that is inside of it would crash the JVM. */
  private boolean awaitEnd() {
    try {
      boolean ended =
          tokenizer.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)
              & urgentTokenizer.awaitTermination(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS);
      return workers.awaitEnd(LAST_BATCH_LIMIT) && ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** On a thread of its own: whoever stops an application may interrupt its threads. */
  private static boolean uninterrupted(Supplier<Boolean> wait) {
    return CompletableFuture.supplyAsync(
            wait, task -> new Thread(task, "questream-encoder-close").start())
        .join();
  }
}
