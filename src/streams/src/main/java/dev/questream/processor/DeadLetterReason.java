package dev.questream.processor;

import dev.questream.encoder.EncoderException;
import java.util.Locale;

/** Why a record became a dead letter, as a stable code. */
public enum DeadLetterReason {
  /** Key or value are not what {@code input.format} says. */
  UNREADABLE,
  /** The question has no text. */
  EMPTY_TEXT,
  /** The question is not well-formed Unicode. */
  MALFORMED_TEXT,
  /**
   * The question has more tokens than the model takes, and {@code encoder.truncation} is reject.
   */
  TEXT_TOO_LONG,
  /** The tokenizer failed on the question. */
  TOKENIZATION_FAILED,
  /** The model failed on the question alone. */
  INFERENCE_FAILED,
  /** The model did not answer on the question alone within {@code encoder.call.timeout.ms}. */
  INFERENCE_TIMED_OUT,
  /**
   * The record is larger than {@code question.max.bytes}, or its answer larger than its topic
   * takes.
   */
  TOO_LARGE,
  /** The output format cannot express the embedding. */
  UNWRITABLE;

  /** The code in the dead letter's header. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static DeadLetterReason of(EncoderException failure) {
    return switch (failure.reason()) {
      case EMPTY_TEXT -> EMPTY_TEXT;
      case MALFORMED_TEXT -> MALFORMED_TEXT;
      case TEXT_TOO_LONG -> TEXT_TOO_LONG;
      case TOKENIZATION_FAILED -> TOKENIZATION_FAILED;
      case INFERENCE_FAILED -> INFERENCE_FAILED;
      case INFERENCE_TIMED_OUT -> INFERENCE_TIMED_OUT;
      case ENCODER_BROKEN, CLOSED -> throw failure;
    };
  }
}
