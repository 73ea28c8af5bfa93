package dev.questream.app.embed;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.TokenizedText;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A model that takes 10 characters, fails on the text {@code bad}, and keeps everything waiting
 * while it is held.
 */
final class HeldModel implements EncoderBackend {
  private static final int MAX_TOKENS = 10;

  final List<String> encoded = Collections.synchronizedList(new ArrayList<>());
  volatile boolean entered;
  private volatile CountDownLatch held = new CountDownLatch(0);

  static float[] vector(String text) {
    return new float[] {text.length(), text.hashCode() / 7f, 0.1f};
  }

  void hold() {
    held = new CountDownLatch(1);
  }

  void release() {
    held.countDown();
  }

  @Override
  public EncoderInfo info() {
    return new EncoderInfo(
        new Provenance(
            new Provenance.Model("held", "", "w%", "t"),
            new Provenance.Computation("mean", false, "fp32", "askä: ", 3)),
        EncoderRole.QUESTION,
        MAX_TOKENS);
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    if (input.isBlank()) {
      throw new EncoderException(
          EncoderException.Reason.EMPTY_TEXT, "the text has nothing to encode");
    }
    int[] ids = input.text().chars().limit(MAX_TOKENS).toArray();
    return new TokenizedText(ids, input.text().length());
  }

  @Override
  public Session openSession() {
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        entered = true;
        try {
          held.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        List<String> texts = tokenIds.stream().map(ids -> new String(ids, 0, ids.length)).toList();
        if (texts.contains("bad")) {
          throw new IllegalStateException("says the test");
        }
        encoded.addAll(texts);
        return texts.stream().map(HeldModel::vector).toList();
      }

      @Override
      public void close() {
        // holds nothing
      }
    };
  }

  @Override
  public void close() {
    release();
  }
}
