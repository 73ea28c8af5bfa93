package dev.questream.engine;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.Truncation;
import dev.questream.weights.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
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
  private final boolean pairs;
  private final Truncation truncation;
  private final long[] prefixIds; // of a text without tokens
  private final int headTokens;

  /**
   * @param json content of {@code tokenizer.json}
   * @param maxTokens tokens to keep at most
   * @param prefix put before every text
   * @param pairs whether a title goes in as the first of a pair ({@code [CLS] title [SEP] text
   *     [SEP]}), as DPR's passage encoder wants it; otherwise it goes before the text as a sentence
   * @param truncation what becomes of texts that are too long
   */
  ModelTokenizer(byte[] json, int maxTokens, String prefix, boolean pairs, Truncation truncation) {
    this.truncation = truncation;
    this.maxTokens = maxTokens;
    this.prefix = prefix;
    this.pairs = pairs;
    try {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json),
              Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
    } catch (IOException | RuntimeException e) {
      throw new ModelException("tokenizer.json cannot be used: " + e.getMessage(), e);
    }
    this.prefixIds = tokenizer.encode(prefix).getIds();
    this.headTokens = prefixIds.length - 1;
  }

  TokenizedText tokenize(EncoderInput input) {
    requireText(!input.isBlank());
    requireWellFormed(input.title());
    requireWellFormed(input.text());
    long[] ids = encode(input).getIds();
    requireText(!input.title().isEmpty() || !Arrays.equals(ids, prefixIds));
    if (ids.length > maxTokens && truncation == Truncation.REJECT) {
      throw new EncoderException(
          EncoderException.Reason.TEXT_TOO_LONG,
          "the text has %d tokens, the model takes %d".formatted(ids.length, maxTokens));
    }
    return new TokenizedText(cut(ids), ids.length);
  }

  /** Some texts have characters and no tokens: the tokenizer drops what its vocabulary ignores. */
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
    String text = prefix + input.text();
    if (input.title().isEmpty()) {
      return tokenizer.encode(text);
    }
    return pairs
        ? tokenizer.encode(input.title(), text)
        : tokenizer.encode(prefix + input.title() + ". " + input.text());
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
