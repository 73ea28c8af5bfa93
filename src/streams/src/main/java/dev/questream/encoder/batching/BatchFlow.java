package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.ENCODER_BROKEN;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_TIMED_OUT;

import dev.questream.encoder.BatchRun;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderTrail;
import dev.questream.encoder.batching.WaitingText.Waiter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts from the tokenizer to their vectors: what waits, what is under way, and what becomes of
 * batches that fail or hang.
 *
 * <p><b>Threading:</b> safe for any thread. One lock guards the queue, the texts under way and
 * their waiters; futures are completed outside it.
 */
final class BatchFlow implements WorkSource {
  private static final Logger LOG = LoggerFactory.getLogger(BatchFlow.class);

  /** Memory may be taken by somebody else for a while; no text is to blame for that. */
  private static final int MEMORY_RETRIES = 5;

  private final BatchingSettings settings;
  private final VectorCache cache;
  private final EncoderCounters counters;
  private final EncoderObserver observer;
  private final LearnedLimit limit;

  private final ReentrantLock lock = new ReentrantLock();
  private final IdleWorkers idle = new IdleWorkers(lock); // guarded by lock
  private final TextQueue queue; // guarded by lock
  private final Map<TokenKey, WaitingText> underWay = new HashMap<>(); // guarded by lock
  private final AtomicLong runs = new AtomicLong();
  private EncoderException end; // guarded by lock; why nothing is taken any more
  private volatile boolean stalled;

  BatchFlow(
      BatchingSettings settings,
      VectorCache cache,
      EncoderCounters counters,
      EncoderObserver observer) {
    this.settings = settings;
    this.cache = cache;
    this.counters = counters;
    this.observer = observer;
    this.queue = new TextQueue(settings.urgentShare());
    this.limit = new LearnedLimit(settings.budget().maxTokens());
  }

  /** Queues texts; those that are under way already get their waiter added. */
  void enqueue(String source, boolean urgent, List<TokenKey> keys, List<Waiter> waiters) {
    EncoderException refusal;
    lock.lock();
    try {
      refusal = end;
      for (int i = 0; i < keys.size() && end == null; i++) {
        enqueue(source, urgent, keys.get(i), waiters.get(i));
      }
      idle.wakeOne();
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      waiters.forEach(waiter -> fail(waiter.future(), refusal));
    }
  }

  private void enqueue(String source, boolean urgent, TokenKey key, Waiter waiter) {
    WaitingText same = settings.coalesce() ? underWay.get(key) : null;
    if (same != null) {
      same.add(waiter);
      if (urgent) {
        queue.hurry(source, same);
      }
      counters.coalesced.increment();
      return;
    }
    WaitingText text = new WaitingText(key, System.nanoTime());
    text.add(waiter);
    if (urgent) {
      text.hurry();
    }
    if (settings.coalesce()) {
      underWay.put(key, text);
    }
    queue.add(source, text);
  }

  @Override
  public Batch next(boolean first) {
    lock.lock();
    try {
      while (end == null) {
        Batch batch = takeBatch();
        if (batch != null) {
          return batch;
        }
        long delay = queue.delayNanos(System.nanoTime());
        if (delay != 0) {
          idle.await(first, delay);
        }
      }
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      if (!queue.isEmpty()) {
        idle.wakeOne();
      }
      lock.unlock();
    }
  }

  private Batch takeBatch() {
    long now = System.nanoTime();
    Batch retry = queue.takeRetry(now);
    if (retry != null) {
      List<WaitingText> wanted = retry.texts().stream().filter(this::stillWanted).toList();
      return wanted.isEmpty() ? null : new Batch(wanted, retry.failures(), retry.hangs());
    }
    List<WaitingText> texts = queue.take(settings.budget(), limit.tokens(), this::stillWanted);
    for (WaitingText text : texts) {
      long waited = now - text.queuedNanos();
      counters.queueNanos.add(waited);
      observer.queued(waited);
    }
    return texts.isEmpty() ? null : Batch.of(texts);
  }

  /** A text that all have given up is forgotten, so that nobody joins it any more. */
  private boolean stillWanted(WaitingText text) {
    boolean wanted = text.wanted();
    if (!wanted) {
      underWay.remove(text.key(), text);
      text.release();
    }
    return wanted;
  }

  @Override
  public void encoded(Batch batch, List<float[]> vectors, long nanos) {
    stalled = false;
    limit.fitted();
    if (batch.isProbe()) {
      return;
    }
    counters.encoded(batch, nanos);
    observer.encoded(batch.size(), batch.tokens(), nanos);
    LOG.debug("{} texts, {} tokens in {} ms", batch.size(), batch.tokens(), nanos / 1_000_000);
    long now = System.nanoTime();
    BatchRun run =
        new BatchRun(runs.incrementAndGet(), now - nanos, now, batch.size(), batch.tokens());
    for (int i = 0; i < batch.size(); i++) {
      settle(batch.texts().get(i), vectors.get(i), run);
    }
  }

  private void settle(WaitingText text, float[] vector, BatchRun run) {
    for (float element : vector) {
      if (!Float.isFinite(element)) {
        String message = "the model gave a vector with the element " + element;
        fail(text, new EncoderException(INFERENCE_FAILED, message));
        return;
      }
    }
    cache.keep(text.key(), vector);
    for (Waiter waiter : release(text)) {
      EncoderTrail trail = new EncoderTrail(waiter.queuedNanos(), run);
      waiter.future().complete(new Embedding(vector, text.tokens(), waiter.originalCount(), trail));
    }
  }

  @Override
  public void failed(Batch batch, Throwable failure, boolean modelWorks) {
    if (batch.isProbe()) {
      broken("the model fails on an empty text: " + failure, failure);
      return;
    }
    boolean outOfMemory = OutOfMemory.is(failure);
    int retries = settings.retries();
    if (outOfMemory) {
      counters.outOfMemory.increment();
      limit.exceeded(batch.tokens());
      retries = batch.size() > 1 ? 0 : MEMORY_RETRIES;
    }
    if (batch.failures() < retries) {
      LOG.warn("A batch of {} texts failed and is run again: {}", batch.size(), failure.toString());
      counters.retries.increment();
      Batch again = batch.failedAgain();
      retry(List.of(again), settings.backoffNanos(again.failures()));
    } else if (batch.size() > 1) {
      LOG.warn("A batch of {} texts failed and is divided: {}", batch.size(), failure.toString());
      counters.splits.increment();
      retry(batch.halves(), 0);
    } else {
      boolean blameless = outOfMemory || !modelWorks;
      fail(
          batch.texts().get(0),
          new EncoderException(
              blameless ? ENCODER_BROKEN : INFERENCE_FAILED,
              "the model failed: " + failure,
              failure));
    }
  }

  @Override
  public void hung(Batch batch) {
    stalled = true;
    counters.timeouts.increment();
    if (batch.isProbe()) {
      broken("the model hangs, on an empty text too", null);
      return;
    }
    if (batch.size() == 1 && batch.hangs() > 0) {
      String message =
          "the model took longer than %d ms, twice".formatted(settings.callTimeout().toMillis());
      fail(batch.texts().get(0), new EncoderException(INFERENCE_TIMED_OUT, message));
    } else {
      retry(batch.singlesAfterHang(), 0);
    }
  }

  private void retry(List<Batch> batches, long delayNanos) {
    EncoderException refusal;
    lock.lock();
    try {
      refusal = end;
      if (end == null) {
        batches.forEach(batch -> queue.retry(batch, System.nanoTime() + delayNanos));
        idle.wakeOne();
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      batches.forEach(batch -> batch.texts().forEach(text -> fail(text, refusal)));
    }
  }

  @Override
  public void broken(String message, Throwable cause) {
    LOG.error("The encoder is broken: {}", message);
    stalled = true;
    finish(new EncoderException(ENCODER_BROKEN, message, cause));
  }

  /** Fails what waits and takes nothing any more. */
  void close() {
    finish(new EncoderException(CLOSED, "the encoder is closed"));
  }

  private void finish(EncoderException why) {
    Collection<WaitingText> abandoned;
    lock.lock();
    try {
      if (end == null) {
        end = why;
      }
      abandoned = queue.clear();
      idle.wakeAll();
    } finally {
      lock.unlock();
    }
    abandoned.forEach(text -> fail(text, why));
  }

  /** Why nothing is taken any more, or null. */
  EncoderException end() {
    lock.lock();
    try {
      return end;
    } finally {
      lock.unlock();
    }
  }

  /** Fails all who wait for a text. */
  private void fail(WaitingText text, EncoderException failure) {
    release(text).forEach(waiter -> fail(waiter.future(), failure));
  }

  private List<Waiter> release(WaitingText text) {
    lock.lock();
    try {
      underWay.remove(text.key(), text);
      return text.release();
    } finally {
      lock.unlock();
    }
  }

  void fail(CompletableFuture<Embedding> future, EncoderException failure) {
    if (!future.isDone()) { // it may have been cancelled
      counters.failures.increment();
    }
    future.completeExceptionally(failure);
  }

  EncoderState state(Workers workers) {
    int waiting;
    long tokens;
    lock.lock();
    try {
      waiting = queue.texts();
      tokens = queue.tokens();
    } finally {
      lock.unlock();
    }
    return new EncoderState(
        waiting,
        tokens,
        workers.count(),
        workers.busy(),
        workers.hung(),
        limit.tokens(),
        cache.size(),
        !stalled);
  }
}
