package dev.questream.serde;

import org.apache.kafka.common.errors.SerializationException;

/** Bytes that are not what they were declared to be; the message says what was found. */
public final class WireException extends SerializationException {
  private static final long serialVersionUID = 1L;

  public WireException(String message) {
    super(message);
  }

  public WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
