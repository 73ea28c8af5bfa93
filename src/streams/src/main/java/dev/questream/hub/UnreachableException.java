package dev.questream.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A server that gave no answer, or one that asks to come again later. */
final class UnreachableException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Optional<Duration> retryAfter;

  UnreachableException(String message, Optional<Duration> retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
    this.retryAfter = Optional.empty();
  }

  /** How long the server asks to wait. */
  Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
