package dev.questream.encoder;

/** Why a text has no embedding. */
public final class EncoderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The cause, as a stable code. */
  public enum Reason {
    /** The text has nothing to encode. */
    EMPTY_TEXT,
    /** The text is not well-formed Unicode (a lone surrogate). */
    MALFORMED_TEXT,
    /** The text has more tokens than the model takes, and none may be left out. */
    TEXT_TOO_LONG,
    /** The tokenizer failed on this text. */
    TOKENIZATION_FAILED,
    /** The model failed on this text, alone and after a retry. */
    INFERENCE_FAILED,
    /** The model did not answer on this text in time, alone and after a retry. */
    INFERENCE_TIMED_OUT,
    /**
     * The model failed, and on a text of nothing but special tokens too: the fault is not the
     * text's.
     */
    ENCODER_BROKEN,
    /** The encoder was closed before the text was encoded. */
    CLOSED;

    /** Whether the text itself is to blame, so that another text may well succeed. */
    public boolean blamesText() {
      return this != ENCODER_BROKEN && this != CLOSED;
    }

    /** The code in dead letters: lower case with hyphens. */
    public String code() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
  }

  private final Reason reason;

  public EncoderException(Reason reason, String message) {
    this(reason, message, null);
  }

  public EncoderException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
