package dev.questream.encoder.batching;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of an encoder and the watchdog over them.
 *
 * <p>Native code cannot be stopped. A worker whose call takes too long is left to itself: its batch
 * goes back, a new worker takes its place and first tries the model on a text of special tokens
 * alone. When too many calls hang, or the model hangs on that too, the encoder is broken.
 *
 * <p><b>Threading:</b> safe for any thread; the lists are guarded by this object.
 */
final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
  private static final int MIN_HUNG_LIMIT = 4;

  private final EncoderBackend backend;
  private final WorkSource source;
  private final BatchingSettings settings;
  private final List<EncoderWorker> workers = new ArrayList<>(); // guarded by this
  private final List<EncoderWorker> hung = new ArrayList<>(); // guarded by this
  private final ScheduledExecutorService watchdog;
  private int started; // guarded by this

  Workers(EncoderBackend backend, WorkSource source, BatchingSettings settings) {
    this.backend = backend;
    this.source = source;
    this.settings = settings;
    this.watchdog =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "questream-encoder-watchdog");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts all workers and waits until their sessions are open.
   *
   * @throws RuntimeException what a session threw
   */
  void start() {
    int count = settings.budget().workers();
    CountDownLatch opened = new CountDownLatch(count);
    List<Throwable> refused = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      add(
          null,
          failure -> {
            if (failure != null) {
              synchronized (refused) {
                refused.add(failure);
              }
            }
            opened.countDown();
          });
    }
    try {
      opened.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EncoderException(CLOSED, "interrupted while the encoder was opened", e);
    }
    synchronized (refused) {
      if (!refused.isEmpty()) {
        Throwable first = refused.get(0);
        throw first instanceof RuntimeException runtime
            ? runtime
            : new EncoderException(
                INFERENCE_FAILED, "the model could not be opened: " + first, first);
      }
    }
    watch();
  }

  private synchronized void add(Batch first, Consumer<Throwable> opened) {
    EncoderWorker worker =
        new EncoderWorker(
            "questream-encoder-" + started++, backend, source, settings.retries(), first, opened);
    workers.add(worker);
    worker.start();
  }

  private void watch() {
    Duration limit = settings.callTimeout();
    if (!limit.isZero()) {
      long period = Math.max(1, Math.min(1000, limit.toMillis() / 4));
      watchdog.scheduleWithFixedDelay(
          this::replaceHungWorkers, period, period, TimeUnit.MILLISECONDS);
    }
  }

  private void replaceHungWorkers() {
    try {
      giveUpHungCalls().forEach(this::replace);
    } catch (RuntimeException e) { // a scheduled task that throws is never run again
      LOG.error("The watchdog over the encoder's workers failed", e);
    }
  }

  private synchronized List<Batch> giveUpHungCalls() {
    hung.removeIf(worker -> !worker.isAlive());
    List<Batch> givenUp = new ArrayList<>();
    for (EncoderWorker worker : List.copyOf(workers)) {
      worker
          .giveUp(settings.callTimeout().toNanos())
          .ifPresent(
              batch -> {
                givenUp.add(batch);
                workers.remove(worker);
                hung.add(worker);
              });
    }
    return givenUp;
  }

  private void replace(Batch batch) {
    LOG.error(
        "A call of {} texts, {} tokens has taken longer than {} ms: its worker is replaced",
        batch.size(),
        batch.tokens(),
        settings.callTimeout().toMillis());
    if (batch.isProbe()) {
      source.hung(batch);
      return;
    }
    int limit = Math.max(MIN_HUNG_LIMIT, 2 * settings.budget().workers());
    if (hung() > limit) {
      source.broken("%d calls into the model hang".formatted(hung()), null);
    } else {
      add(
          Batch.probe(batch.texts().get(0).specialTokens()),
          failure -> {
            if (failure != null) {
              source.broken("a worker could not be replaced: " + failure, failure);
            }
          });
    }
    source.hung(batch);
  }

  synchronized int count() {
    return workers.size();
  }

  synchronized int busy() {
    return (int) workers.stream().filter(EncoderWorker::isBusy).count();
  }

  synchronized int hung() {
    hung.removeIf(worker -> !worker.isAlive());
    return hung.size();
  }

  /**
   * Waits for the calls that are under way, but not for those that hang.
   *
   * @return whether no thread is inside the model any more
   */
  boolean awaitEnd(Duration limit) throws InterruptedException {
    watchdog.shutdownNow();
    List<EncoderWorker> working;
    synchronized (this) {
      working = List.copyOf(workers);
    }
    long deadline = System.nanoTime() + limit.toNanos();
    boolean ended = hung() == 0;
    for (EncoderWorker worker : working) {
      worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
      ended &= !worker.isAlive();
    }
    return ended;
  }
}
