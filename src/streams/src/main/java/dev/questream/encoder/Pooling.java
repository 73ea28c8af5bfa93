package dev.questream.encoder;

import java.util.Locale;

/**
 * How the last hidden states of a text's tokens become one vector, special tokens included, by the
 * names of sentence-transformers.
 */
public enum Pooling {
  /** The state of the first token. */
  CLS,
  /** Of each element the greatest over all tokens. */
  MAX,
  /** The mean over all tokens. */
  MEAN,
  /** The sum over all tokens, divided by the root of their number. */
  MEAN_SQRT_LEN_TOKENS,
  /** The mean, in which the first token counts once, the second twice, and so on. */
  WEIGHTEDMEAN,
  /** The state of the last token. */
  LASTTOKEN;

  /** The name in records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
