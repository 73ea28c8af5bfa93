package dev.questream.it.faults;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import dev.questream.testing.ConstantBackend;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A model that keeps everything waiting while it is held. */
final class HeldBackend implements EncoderBackend {
  private final EncoderBackend model = new ConstantBackend();
  private volatile CountDownLatch held = new CountDownLatch(0);

  void hold() {
    held = new CountDownLatch(1);
  }

  void release() {
    held.countDown();
  }

  @Override
  public EncoderInfo info() {
    return model.info();
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    return model.tokenize(input);
  }

  @Override
  public Session openSession() {
    Session session = model.openSession();
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        try {
          held.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return session.encode(tokenIds);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }

  @Override
  public void close() {
    release();
    model.close();
  }
}
