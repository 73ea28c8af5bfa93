package dev.questream.encoder;

import static dev.questream.encoder.EncoderException.Reason.CLOSED;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;
import static dev.questream.encoder.EncoderException.Reason.TOKENIZATION_FAILED;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges the windows of all callers into batches bounded by tokens and runs them on worker threads.
 *
 * <p>Texts are tokenized once, on a thread of their own, and queued in order of arrival. A worker
 * takes the next batch by the rule of {@link TokenBudget}. A batch that fails is run once more,
 * then halved until the text that fails stands alone; only that text's future fails.
 *
 * <p><b>Threading:</b> safe for any thread. The queue is guarded by one lock; futures are completed
 * outside it.
 */
public final class BatchingEncoder implements QuestionEncoder {
  private static final Logger LOG = LoggerFactory.getLogger(BatchingEncoder.class);
  private static final long CLOSE_SECONDS = 2;

  private final EncoderBackend backend;
  private final TokenBudget budget;
  private final ExecutorService tokenizer;
  private final List<Thread> workers = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final ArrayDeque<WaitingText> waiting = new ArrayDeque<>(); // guarded by lock
  private long waitingTokens; // guarded by lock
  private boolean closed; // guarded by lock

  private final EncoderCounters counters = new EncoderCounters();

  /**
   * Starts the workers. The backend is closed with this encoder.
   *
   * @throws RuntimeException what a worker's session threw when it was opened
   */
  public BatchingEncoder(EncoderBackend backend, TokenBudget budget) {
    this.backend = backend;
    this.budget = budget;
    this.tokenizer = Executors.newSingleThreadExecutor(task -> daemon(task, "questream-tokenizer"));
    startWorkers();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  private void startWorkers() {
    CountDownLatch opened = new CountDownLatch(budget.workers());
    List<Throwable> refused = new ArrayList<>();
    Consumer<Throwable> report =
        failure -> {
          if (failure != null) {
            synchronized (refused) {
              refused.add(failure);
            }
          }
          opened.countDown();
        };
    for (int i = 0; i < budget.workers(); i++) {
      Thread worker = daemon(() -> work(report), "questream-encoder-" + i);
      workers.add(worker);
      worker.start();
    }
    try {
      opened.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new EncoderException(CLOSED, "interrupted while the encoder was opened", e);
    }
    synchronized (refused) {
      if (!refused.isEmpty()) {
        close();
        Throwable first = refused.get(0);
        throw first instanceof RuntimeException runtime
            ? runtime
            : new EncoderException(
                INFERENCE_FAILED, "the model could not be opened: " + first, first);
      }
    }
  }

  @Override
  public EncoderInfo info() {
    return backend.info();
  }

  /** What was done so far; counters only grow. */
  public EncoderStatistics statistics() {
    return counters.statistics();
  }

  @Override
  public List<CompletableFuture<Embedding>> submit(List<EncoderInput> inputs) {
    List<EncoderInput> window = List.copyOf(inputs);
    List<CompletableFuture<Embedding>> futures = new ArrayList<>(window.size());
    for (int i = 0; i < window.size(); i++) {
      futures.add(new CompletableFuture<>());
    }
    try {
      tokenizer.execute(() -> tokenize(window, futures));
    } catch (RejectedExecutionException e) {
      futures.forEach(this::failClosed);
    }
    return futures;
  }

  private void tokenize(List<EncoderInput> window, List<CompletableFuture<Embedding>> futures) {
    if (isClosed()) {
      futures.forEach(this::failClosed);
      return;
    }
    List<WaitingText> items = new ArrayList<>(window.size());
    for (int i = 0; i < window.size(); i++) {
      try {
        items.add(new WaitingText(backend.tokenize(window.get(i)), futures.get(i)));
      } catch (EncoderException e) {
        fail(futures.get(i), e);
      } catch (Throwable e) { // whatever is thrown, every future must be settled
        fail(futures.get(i), new EncoderException(TOKENIZATION_FAILED, e.toString(), e));
      }
    }
    enqueue(items);
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(List<WaitingText> items) {
    boolean accepted;
    lock.lock();
    try {
      accepted = !closed;
      if (accepted) {
        for (WaitingText item : items) {
          waiting.addLast(item);
          waitingTokens += item.tokens();
        }
        notEmpty.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (!accepted) {
      items.forEach(item -> failClosed(item.future()));
    }
  }

  private void work(Consumer<Throwable> opened) {
    EncoderBackend.Session session;
    try {
      session = backend.openSession();
    } catch (Throwable e) { // the constructor waits for every worker
      opened.accept(e);
      return;
    }
    opened.accept(null);
    try (session) {
      BatchRunner runner = new BatchRunner(session, counters);
      for (List<WaitingText> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
        List<WaitingText> wanted = batch.stream().filter(item -> !item.future().isDone()).toList();
        if (!wanted.isEmpty()) { // the others were cancelled while they waited
          runner.encode(wanted);
        }
      }
    }
  }

  /** Waits for texts; an empty batch means that the encoder is closed. */
  private List<WaitingText> nextBatch() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        notEmpty.awaitUninterruptibly();
      }
      if (closed) {
        return List.of();
      }
      List<WaitingText> batch = budget.take(waiting, waitingTokens, WaitingText::tokens);
      batch.forEach(item -> waitingTokens -= item.tokens());
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void fail(CompletableFuture<Embedding> future, EncoderException failure) {
    counters.failed();
    future.completeExceptionally(failure);
  }

  private void failClosed(CompletableFuture<Embedding> future) {
    fail(future, new EncoderException(CLOSED, "the encoder is closed"));
  }

  @Override
  public void close() {
    List<WaitingText> abandoned;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      abandoned = new ArrayList<>(waiting);
      waiting.clear();
      notEmpty.signalAll();
    } finally {
      lock.unlock();
    }
    abandoned.forEach(item -> failClosed(item.future()));
    tokenizer.shutdown();
    if (awaitThreads()) {
      backend.close();
    } else {
      LOG.warn("A worker is still inside the model; its memory is left to the end of the process.");
    }
  }

  /**
   * Waits for all threads that may still use the backend: closing it under them would crash the
   * JVM.
   */
  private boolean awaitThreads() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    try {
      boolean done = tokenizer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      for (Thread worker : workers) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        worker.join(Math.max(1, left));
        done &= !worker.isAlive();
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
