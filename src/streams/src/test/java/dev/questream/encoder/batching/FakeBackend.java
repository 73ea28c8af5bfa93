package dev.questream.encoder.batching;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import dev.questream.testing.TestInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model without weights: a text's ids are its characters, a vector is a function of the ids.
 *
 * <p>Fields are set before the encoder is made; latches hold its threads up.
 */
class FakeBackend implements EncoderBackend {
  /** Texts with this character fail in the tokenizer, with a plain exception. */
  static final char UNTOKENIZABLE = '\u2620';

  final List<List<String>> attempts = Collections.synchronizedList(new ArrayList<>());
  final AtomicInteger sessionsOpened = new AtomicInteger();
  final AtomicInteger sessionsClosed = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();

  /** Counted down when a worker enters the model for the first time. */
  final CountDownLatch entered = new CountDownLatch(1);

  /** Workers wait for it inside the model. */
  volatile CountDownLatch release = new CountDownLatch(0);

  /** A model that fails on every batch with a text. */
  static FakeBackend failingOn(String text, Runnable failure) {
    return new FakeBackend() {
      @Override
      List<float[]> run(List<String> texts) {
        if (texts.contains(text)) {
          failure.run();
        }
        return super.run(texts);
      }
    };
  }

  static int[] ids(String text) {
    return text.chars().toArray();
  }

  static float[] vector(int[] ids) {
    int first = 17;
    int second = 31;
    for (int id : ids) {
      first = first * 131 + id;
      second = second * 65_599 + id;
    }
    return new float[] {first & 0xffffff, second & 0xffffff, ids.length};
  }

  static float[] vector(String text) {
    return vector(ids(text));
  }

  @Override
  public EncoderInfo info() {
    return TestInfo.of("fake", 3);
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    if (input.text().indexOf(UNTOKENIZABLE) >= 0) {
      throw new IllegalArgumentException("no tokens for " + input.text());
    }
    int[] ids = ids(input.text());
    return new TokenizedText(ids, ids.length + input.title().length());
  }

  @Override
  public Session openSession() {
    sessionsOpened.incrementAndGet();
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        List<String> texts = tokenIds.stream().map(ids -> new String(ids, 0, ids.length)).toList();
        attempts.add(texts);
        entered.countDown();
        awaitUninterruptibly(release);
        return run(texts);
      }

      @Override
      public void close() {
        sessionsClosed.incrementAndGet();
      }
    };
  }

  /** What the model does with a batch; overridden by tests. */
  List<float[]> run(List<String> texts) {
    return texts.stream().map(FakeBackend::vector).toList();
  }

  static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
