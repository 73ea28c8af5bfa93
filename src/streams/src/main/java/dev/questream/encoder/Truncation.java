package dev.questream.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What becomes of a text that has more tokens than the model takes. Never silent: the record says
 * so.
 */
public enum Truncation {
  /** The end is left out; the separator stays the last token, as DPR does it. */
  TRUNCATE_TAIL,
  /** The beginning is left out; the first token and the prefix stay. */
  TRUNCATE_HEAD,
  /** The text is refused with {@link EncoderException.Reason#TEXT_TOO_LONG}. */
  REJECT;

  /** The name in configuration. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Truncation::label).toList();
  }

  /** The policy of a name in configuration. */
  public static Truncation of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
