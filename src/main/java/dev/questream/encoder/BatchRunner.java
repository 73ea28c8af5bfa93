package dev.questream.encoder;

import static dev.questream.encoder.EncoderException.Reason.ENCODER_BROKEN;
import static dev.questream.encoder.EncoderException.Reason.INFERENCE_FAILED;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs batches on one worker's session and settles every future, whatever the model does.
 *
 * <p>A batch that fails is run once more, then halved until the text that fails stands alone. If
 * the model then fails on a text of special tokens alone too, the text is not to blame.
 *
 * <p><b>Threading:</b> belongs to one worker thread.
 */
final class BatchRunner {
  private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

  private final EncoderBackend.Session session;
  private final EncoderCounters counters;

  BatchRunner(EncoderBackend.Session session, EncoderCounters counters) {
    this.session = session;
    this.counters = counters;
  }

  void encode(List<WaitingText> batch) {
    encode(batch, true);
  }

  private void encode(List<WaitingText> batch, boolean retry) {
    List<float[]> vectors;
    try {
      vectors = run(batch);
    } catch (Throwable e) { // whatever is thrown, every future must be settled
      recover(batch, retry, e);
      return;
    }
    for (int i = 0; i < batch.size(); i++) {
      complete(batch.get(i), vectors.get(i));
    }
  }

  private void complete(WaitingText item, float[] vector) {
    for (float element : vector) {
      if (!Float.isFinite(element)) {
        String message = "the model gave a vector with the element " + element;
        fail(item.future(), new EncoderException(INFERENCE_FAILED, message));
        return;
      }
    }
    item.future().complete(new Embedding(vector, item.tokens(), item.text().originalCount()));
  }

  private List<float[]> run(List<WaitingText> batch) {
    long start = System.nanoTime();
    List<float[]> vectors = session.encode(batch.stream().map(item -> item.text().ids()).toList());
    if (vectors.size() != batch.size()) {
      throw new IllegalStateException(
          "the model returned %d vectors for %d texts".formatted(vectors.size(), batch.size()));
    }
    long nanos = System.nanoTime() - start;
    int batchTokens = batch.stream().mapToInt(WaitingText::tokens).sum();
    counters.encoded(batch.size(), batchTokens, nanos);
    LOG.debug("{} texts, {} tokens in {} ms", batch.size(), batchTokens, nanos / 1_000_000);
    return vectors;
  }

  private void recover(List<WaitingText> batch, boolean retry, Throwable failure) {
    if (retry) {
      LOG.warn(
          "A batch of {} texts failed, trying it once more: {}", batch.size(), failure.toString());
      encode(batch, false);
    } else if (batch.size() > 1) {
      int half = batch.size() / 2;
      encode(batch.subList(0, half), false);
      encode(batch.subList(half, batch.size()), false);
    } else {
      WaitingText alone = batch.get(0);
      EncoderException.Reason reason = worksOnNothing(alone) ? INFERENCE_FAILED : ENCODER_BROKEN;
      fail(alone.future(), new EncoderException(reason, "the model failed: " + failure, failure));
    }
  }

  /** Whether the model still takes an empty text: the special tokens of {@code failed} alone. */
  private boolean worksOnNothing(WaitingText failed) {
    int[] ids = failed.text().ids();
    try {
      return session.encode(List.of(new int[] {ids[0], ids[ids.length - 1]})).size() == 1;
    } catch (Throwable e) {
      LOG.error("The model fails on an empty text too", e);
      return false;
    }
  }

  private void fail(CompletableFuture<Embedding> future, EncoderException failure) {
    counters.failed();
    future.completeExceptionally(failure);
  }
}
