package dev.questream.encoder;

import java.util.Locale;

/** Which side of a retriever an encoder was trained for. */
public enum EncoderRole {
  /** Encodes questions only (the question side of a dual encoder such as DPR). */
  QUESTION,
  /** Encodes passages only (the context side of a dual encoder such as DPR). */
  PASSAGE,
  /** One model for both sides (sentence-transformers models such as bge, e5, MiniLM). */
  UNIVERSAL;

  /** Whether an encoder of this role may encode texts of role {@code asked}. */
  public boolean serves(EncoderRole asked) {
    return this == UNIVERSAL || this == asked;
  }

  /** The name in configuration and records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
