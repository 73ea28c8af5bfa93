package dev.questream.encoder;

import java.util.Locale;

/**
 * How the last hidden states of a text's tokens become one vector, special tokens included. Several
 * stand one behind the other in this order, as sentence-transformers has them.
 */
public enum Pooling {
  /** The state of the first token. */
  CLS("pooling_mode_cls_token"),
  /** Of each element the greatest over all tokens. */
  MAX("pooling_mode_max_tokens"),
  /** The mean over all tokens. */
  MEAN("pooling_mode_mean_tokens"),
  /** The sum over all tokens, divided by the root of their number. */
  MEAN_SQRT_LEN_TOKENS("pooling_mode_mean_sqrt_len_tokens"),
  /** The mean, in which the first token counts once, the second twice, and so on. */
  WEIGHTEDMEAN("pooling_mode_weightedmean_tokens"),
  /** The state of the last token. */
  LASTTOKEN("pooling_mode_lasttoken");

  private final String flag;

  Pooling(String flag) {
    this.flag = flag;
  }

  /** The key that asks for it in the configs of sentence-transformers before version 6. */
  public String flag() {
    return flag;
  }

  /** The name in records, which is that of sentence-transformers. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
