package dev.questream.encoder;

/**
 * A cheap upper-side guess of how many WordPiece tokens a text has, for deciding when a window is
 * full.
 *
 * <p>The exact count is known only after tokenization, which does not run on the stream thread.
 * ASCII words cost a token per four characters, any other character a token of its own.
 */
public final class TokenEstimate {
  private static final int SPECIAL_TOKENS = 2;

  private TokenEstimate() {}

  /**
   * The estimate for {@code text}, at least 2 (the special tokens) and at most {@code maxTokens}.
   */
  public static int of(String text, int maxTokens) {
    int ascii = 0;
    int other = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < 128) {
        ascii++;
      } else {
        other++;
      }
    }
    return Math.min(maxTokens, SPECIAL_TOKENS + (ascii + 3) / 4 + other);
  }
}
