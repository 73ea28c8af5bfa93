package dev.questream.app.embed;

import dev.questream.encoder.EncoderException;
import java.util.Locale;

/** Why a request has no vectors. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The cause: its statuses, and the type that text-embeddings-inference has for it. */
  enum Kind {
    INVALID(400, 422, "validation"),
    EMPTY_TEXT(400, 400, "empty"),
    MALFORMED_TEXT(400, 422, "tokenizer"),
    TEXT_TOO_LONG(400, 413, "validation"),
    TOO_MANY_TEXTS(413, 413, "validation"),
    BUSY(429, 429, "overloaded"),
    FAILED(500, 424, "backend"),
    BROKEN(503, 503, "unhealthy"),
    STOPPING(503, 503, "unhealthy"),
    TIMED_OUT(504, 504, "overloaded");

    private final int openAiStatus;
    private final int teiStatus;
    private final String teiType;

    Kind(int openAiStatus, int teiStatus, String teiType) {
      this.openAiStatus = openAiStatus;
      this.teiStatus = teiStatus;
      this.teiType = teiType;
    }

    int openAiStatus() {
      return openAiStatus;
    }

    int teiStatus() {
      return teiStatus;
    }

    String teiType() {
      return teiType;
    }

    /** Whether the same request may well succeed in a moment. */
    boolean passes() {
      return this == BUSY || this == STOPPING;
    }

    String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;
  private final String field;

  Refusal(Kind kind, String message) {
    this(kind, null, message);
  }

  /**
   * @param field of the request that is to blame, or null
   */
  Refusal(Kind kind, String field, String message) {
    super(message, null, false, false); // its stack is the server's
    this.kind = kind;
    this.field = field;
  }

  static Refusal invalid(String field, String message) {
    return new Refusal(Kind.INVALID, field, message);
  }

  /** What the encoder has against a text, or against all. */
  static Refusal of(EncoderException failure) {
    Kind kind =
        switch (failure.reason()) {
          case EMPTY_TEXT -> Kind.EMPTY_TEXT;
          case MALFORMED_TEXT, TOKENIZATION_FAILED -> Kind.MALFORMED_TEXT;
          case TEXT_TOO_LONG -> Kind.TEXT_TOO_LONG;
          case INFERENCE_FAILED, INFERENCE_TIMED_OUT -> Kind.FAILED;
          case ENCODER_BROKEN -> Kind.BROKEN;
          case CLOSED -> Kind.STOPPING;
        };
    return new Refusal(kind, failure.getMessage());
  }

  Kind kind() {
    return kind;
  }

  String field() {
    return field;
  }
}
