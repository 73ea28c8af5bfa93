package dev.questream.weights;

/**
 * A model that cannot be used: missing, damaged, of the wrong kind. The message says what to do.
 */
public final class ModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelException(String message) {
    super(message);
  }

  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
