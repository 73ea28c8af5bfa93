package dev.questream.encoder;

/**
 * How title and text of a passage become one input. A passage without a title is its text alone.
 *
 * @param label {@link #PAIR}'s, or a text with the places {@code {title}} and {@code {text}}
 */
public record PassageTemplate(String label) {
  /** DPR's: {@code [CLS] title [SEP] text [SEP]}. */
  public static final PassageTemplate PAIR = new PassageTemplate("pair");

  /** That of the benchmarks BEIR and MTEB. */
  private static final PassageTemplate SPACED = new PassageTemplate("{title} {text}");

  private static final String TEXT = "{text}";

  /** That of a kind of model, by what its weights are. */
  public static PassageTemplate of(EncoderRole role) {
    return role == EncoderRole.UNIVERSAL ? SPACED : PAIR;
  }

  /** Whether passages can be written in it. */
  public boolean isValid() {
    return isPair() || label.contains(TEXT);
  }

  public boolean isPair() {
    return label.equals(PAIR.label);
  }

  /** The input of a template that is no pair; what stands in title or text is no place. */
  public String fill(String title, String text) {
    int at = label.indexOf(TEXT);
    return label.substring(0, at).replace("{title}", title)
        + text
        + label.substring(at + TEXT.length()).replace("{title}", title);
  }
}
