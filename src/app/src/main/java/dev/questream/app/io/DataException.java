package dev.questream.app.io;

/**
 * A file of questions, passages or vectors is not what it should be; the message names the place.
 */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
