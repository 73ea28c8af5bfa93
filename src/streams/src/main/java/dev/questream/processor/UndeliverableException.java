package dev.questream.processor;

/** An answer that its topic, or its format, does not take: the question becomes a dead letter. */
final class UndeliverableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DeadLetterReason reason;

  UndeliverableException(DeadLetterReason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Arrival.Rejected rejected() {
    return new Arrival.Rejected(reason, getMessage(), getCause());
  }
}
