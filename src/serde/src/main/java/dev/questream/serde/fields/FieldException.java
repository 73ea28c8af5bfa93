package dev.questream.serde.fields;

/** A record has not what a question is made of; the message names the path and what was found. */
public final class FieldException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FieldException(String message) {
    super(message);
  }

  FieldException(String message, Throwable cause) {
    super(message, cause);
  }
}
