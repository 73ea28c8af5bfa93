package dev.questream.app.page;

import java.util.concurrent.CompletableFuture;

/**
 * Asks a question through the topics.
 *
 * <p><b>Threading:</b> safe for any thread; returns at once.
 */
public interface Asking {

  /**
   * Produces a question and waits for what is committed for it.
   *
   * @return fails with {@link TooManyException} or {@link java.util.concurrent.TimeoutException},
   *     or with what Kafka threw
   */
  CompletableFuture<Journey> ask(String text);

  /** As many questions as may be are waiting for their answers. */
  final class TooManyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TooManyException(String message) {
      super(message);
    }
  }
}
