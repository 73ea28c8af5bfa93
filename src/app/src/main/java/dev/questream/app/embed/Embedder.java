package dev.questream.app.embed;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.batching.BatchingEncoder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands texts of requests to the encoder as urgent ones: a bounded number of them at a time, for a
 * bounded time.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Embedder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Embedder.class);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);

  private final BatchingEncoder encoder;
  private final int maxTexts;
  private final Duration limit;
  private final ExecutorService writing =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "questream-embed");
            thread.setDaemon(true);
            return thread;
          });
  private long requests; // guarded by this
  private int waiting; // guarded by this
  private boolean stopping; // guarded by this

  /**
   * @param maxTexts texts that may wait at a time
   * @param limit how long a request waits
   */
  Embedder(BatchingEncoder encoder, int maxTexts, Duration limit) {
    this.encoder = encoder;
    this.maxTexts = maxTexts;
    this.limit = limit;
  }

  EncoderInfo info() {
    return encoder.info();
  }

  /**
   * An answer made of the embeddings of texts. The future fails as a whole, with a {@link Refusal},
   * when one of them has none; that, or cancelling it, gives up all that are still waiting.
   *
   * @param answer makes it of the embeddings, in order, on a thread of its own: the encoder's have
   *     better things to do
   */
  <T> CompletableFuture<T> embed(List<String> texts, Function<List<Embedding>, T> answer) {
    String source;
    try {
      source = accept(texts.size());
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    List<CompletableFuture<Embedding>> each =
        encoder.submitUrgent(source, texts.stream().map(EncoderInput::question).toList());
    CompletableFuture<T> made =
        all(each)
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .thenApplyAsync(answer, writing)
            .handle(this::worded);
    made.whenComplete(
        (done, failure) -> {
          each.forEach(one -> one.cancel(false));
          release(texts.size());
        });
    return made;
  }

  /** All, or the first failure as soon as it is there. */
  private static CompletableFuture<List<Embedding>> all(List<CompletableFuture<Embedding>> each) {
    CompletableFuture<List<Embedding>> all = new CompletableFuture<>();
    each.forEach(
        one ->
            one.whenComplete(
                (embedding, failure) -> {
                  if (failure != null) {
                    all.completeExceptionally(failure);
                  }
                }));
    CompletableFuture.allOf(each.toArray(CompletableFuture<?>[]::new))
        .thenRun(() -> all.complete(each.stream().map(CompletableFuture::join).toList()));
    return all;
  }

  private synchronized String accept(int texts) {
    if (texts > maxTexts) {
      throw new Refusal(
          Refusal.Kind.TOO_MANY_TEXTS,
          "the request has %,d texts, and at most %,d are taken; send several requests"
              .formatted(texts, maxTexts));
    }
    if (stopping) {
      throw new Refusal(Refusal.Kind.STOPPING, "this instance is stopping; ask another one");
    }
    if (waiting + texts > maxTexts) {
      throw new Refusal(
          Refusal.Kind.BUSY,
          "%,d texts wait for their vectors, and at most %,d may; try again later"
              .formatted(waiting, maxTexts));
    }
    waiting += texts;
    return "http-" + requests++;
  }

  private synchronized void release(int texts) {
    waiting -= texts;
    notifyAll();
  }

  private <T> T worded(T answer, Throwable thrown) {
    if (thrown == null) {
      return answer;
    }
    Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (failure instanceof Refusal refusal) {
      throw refusal;
    }
    if (failure instanceof EncoderException encoding) {
      throw Refusal.of(encoding);
    }
    if (failure instanceof TimeoutException) {
      throw new Refusal(
          Refusal.Kind.TIMED_OUT, "there was no answer within %,d ms".formatted(limit.toMillis()));
    }
    if (failure instanceof RejectedExecutionException) {
      throw new Refusal(Refusal.Kind.STOPPING, "this instance has stopped");
    }
    throw new CompletionException(failure);
  }

  /** Texts that wait now. */
  synchronized int waiting() {
    return waiting;
  }

  /** Takes nothing any more, and answers what was taken, for a few seconds at most. */
  @Override
  public void close() {
    try {
      if (!drain()) {
        LOG.warn("{} texts over HTTP are left without an answer", waiting());
      }
      writing.shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean drain() throws InterruptedException {
    stopping = true;
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (waiting > 0) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
