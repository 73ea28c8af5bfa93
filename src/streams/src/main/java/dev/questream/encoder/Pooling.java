package dev.questream.encoder;

import java.util.Locale;

/** How the last hidden states of a text's tokens become one vector. */
public enum Pooling {
  /** The state of the first token. */
  CLS,
  /** The mean over the states of all tokens, special tokens included. */
  MEAN;

  /** The one with a {@link #label}. */
  public static Pooling of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** The name in records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
