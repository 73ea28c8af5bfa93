package dev.questream.engine;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.Truncation;
import dev.questream.weights.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;

/**
 * The model's own tokenizer, from its {@code tokenizer.json}, run by Hugging Face's library.
 *
 * <p>Long texts are cut here and not by the library, so that the count before the cut is known. The
 * last id after a cut is the separator, as DPR does it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class ModelTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final int maxTokens;
  private final String prefix;
  private final PassageTemplate template;
  private final Truncation truncation;
  private final int headTokens;

  /**
   * @param json content of {@code tokenizer.json}
   * @param maxTokens tokens to keep at most
   * @param prefix put before every text
   * @param template of passages with a title; the prefix of a pair stands before its text
   * @param truncation what becomes of texts that are too long
   */
  ModelTokenizer(
      byte[] json, int maxTokens, String prefix, PassageTemplate template, Truncation truncation) {
    this.truncation = truncation;
    this.maxTokens = maxTokens;
    this.prefix = prefix;
    this.template = template;
    try {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
    } catch (IOException | RuntimeException e) {
      throw new ModelException("tokenizer.json cannot be used: " + e.getMessage(), e);
    }
    this.headTokens = tokenizer.encode(prefix).getIds().length - 1;
  }

  TokenizedText tokenize(EncoderInput input) {
    requireText(!input.isBlank());
    requireWellFormed(input.title());
    requireWellFormed(input.text());
    requireText(hasTokens(input.text()));
    long[] ids = encode(input).getIds();
    if (ids.length > maxTokens && truncation == Truncation.REJECT) {
      throw new EncoderException(
          EncoderException.Reason.TEXT_TOO_LONG,
          "the text has %d tokens, the model takes %d".formatted(ids.length, maxTokens));
    }
    return new TokenizedText(cut(ids), ids.length);
  }

  /**
   * Some texts have characters and no tokens but the special ones: the normalizer drops them. A
   * letter or digit always has one.
   */
  private boolean hasTokens(String text) {
    if (text.codePoints().anyMatch(Character::isLetterOrDigit)) {
      return true;
    }
    for (long special : tokenizer.encode(text).getSpecialTokenMask()) {
      if (special == 0) {
        return true;
      }
    }
    return false;
  }

  private static void requireText(boolean there) {
    if (!there) {
      throw new EncoderException(
          EncoderException.Reason.EMPTY_TEXT, "the text has nothing to encode");
    }
  }

  private int[] cut(long[] ids) {
    int length = Math.min(ids.length, maxTokens);
    int[] cut = new int[length];
    int head =
        truncation == Truncation.TRUNCATE_HEAD ? Math.min(headTokens, length - 1) : length - 1;
    for (int i = 0; i < length; i++) {
      cut[i] = (int) (i < head ? ids[i] : ids[ids.length - length + i]);
    }
    return cut;
  }

  private Encoding encode(EncoderInput input) {
    if (input.title().isEmpty()) {
      return tokenizer.encode(prefix + input.text());
    }
    return template.isPair()
        ? tokenizer.encode(input.title(), prefix + input.text())
        : tokenizer.encode(prefix + template.fill(input.title(), input.text()));
  }

  /** A lone surrogate has no UTF-8 form; the native tokenizer must never see one. */
  private static void requireWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new EncoderException(
              EncoderException.Reason.MALFORMED_TEXT,
              "the text has a lone surrogate (U+%04X) at index %d".formatted((int) c, i));
        }
        i++;
      }
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
