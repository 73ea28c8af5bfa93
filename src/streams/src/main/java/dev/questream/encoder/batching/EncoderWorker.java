package dev.questream.encoder.batching;

import dev.questream.encoder.EncoderBackend;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread with a session of its own that runs batches, one call at a time.
 *
 * <p><b>Threading:</b> the watchdog may give up the call that the worker is in; from then on the
 * worker has no batch, reports nothing, and ends when the model returns.
 */
final class EncoderWorker {
  private static final Logger LOG = LoggerFactory.getLogger(EncoderWorker.class);

  private final EncoderBackend backend;
  private final WorkSource source;
  private final int retries;
  private final Thread thread;
  private volatile ModelCall call;

  /**
   * @param first run before all else, to see whether the model answers; or null
   * @param opened told once: null, or what the session threw when it was opened
   */
  EncoderWorker(
      String name,
      EncoderBackend backend,
      WorkSource source,
      int retries,
      Batch first,
      Consumer<Throwable> opened) {
    this.backend = backend;
    this.source = source;
    this.retries = retries;
    this.thread = new Thread(() -> work(first, opened), name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  boolean isBusy() {
    return call != null;
  }

  void join(long millis) throws InterruptedException {
    thread.join(millis);
  }

  /** Ends the call that has taken longer than {@code limitNanos}, if there is one. */
  Optional<Batch> giveUp(long limitNanos) {
    ModelCall current = call;
    if (current == null || current.nanos() < limitNanos || !current.end()) {
      return Optional.empty();
    }
    thread.interrupt(); // helps where the model waits in Java; native code does not hear it
    return Optional.of(current.batch());
  }

  private void work(Batch first, Consumer<Throwable> opened) {
    EncoderBackend.Session session;
    try {
      session = backend.openSession();
    } catch (Throwable e) { // somebody waits for the answer, whatever it is
      opened.accept(e);
      return;
    }
    opened.accept(null);
    try (session) {
      boolean preferred = session.prefersSingles();
      Batch batch = first == null ? source.next(preferred) : first;
      while (batch != null && run(session, batch)) {
        batch = source.next(preferred);
      }
    }
  }

  /** Whether the worker is still wanted. */
  private boolean run(EncoderBackend.Session session, Batch batch) {
    ModelCall current = new ModelCall(batch);
    call = current;
    List<float[]> vectors = null;
    Throwable failure = null;
    boolean modelWorks = true;
    try {
      vectors = encode(session, batch);
    } catch (Throwable e) { // whatever is thrown, every future must be settled
      failure = e;
      modelWorks = batch.size() > 1 || batch.failures() < retries || worksOnNothing(session, batch);
    }
    call = null;
    if (!current.end()) {
      LOG.warn(
          "A call into the model that was given up has come back after {} ms", millis(current));
      return false;
    }
    if (failure == null) {
      source.encoded(batch, vectors, current.nanos());
    } else {
      source.failed(batch, failure, modelWorks);
    }
    return true;
  }

  private static long millis(ModelCall call) {
    return call.nanos() / 1_000_000;
  }

  private static List<float[]> encode(EncoderBackend.Session session, Batch batch) {
    List<float[]> vectors = session.encode(batch.ids());
    if (vectors.size() != batch.size()) {
      throw new IllegalStateException(
          "the model returned %d vectors for %d texts".formatted(vectors.size(), batch.size()));
    }
    return vectors;
  }

  /** Whether the model still takes an empty text: the special tokens of the failed one alone. */
  private static boolean worksOnNothing(EncoderBackend.Session session, Batch failed) {
    try {
      return session.encode(List.of(failed.texts().get(0).specialTokens())).size() == 1;
    } catch (Throwable e) {
      LOG.error("The model fails on an empty text too", e);
      return false;
    }
  }
}
