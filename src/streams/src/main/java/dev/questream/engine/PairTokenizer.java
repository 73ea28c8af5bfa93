package dev.questream.engine;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.questream.checkpoint.ReaderModel;
import dev.questream.encoder.EncoderInput;
import dev.questream.weights.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes a reader's input of a question and a passage, as {@code transformers} does it.
 *
 * <p>DPR's reader: {@code [CLS] question [SEP] title [SEP] text}, without a separator at the end,
 * cut behind, all of token type 0 ({@code DPRReaderTokenizer}). A cross-encoder: the pair of
 * question and passage (the title, a space and the text), of which the longer one is cut; where the
 * model knows types, an id is the token's, and the size of the vocabulary times its type.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class PairTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final boolean dpr;
  private final boolean types;
  private final int maxTokens;
  private final int vocabulary;

  /**
   * @param maxTokens of a pair
   * @param vocabulary rows of the word embedding
   */
  PairTokenizer(ReaderModel reader, int maxTokens, int vocabulary) {
    this.dpr = reader.isDpr();
    this.types = reader.hasTypes();
    this.maxTokens = maxTokens;
    this.vocabulary = vocabulary;
    Map<String, String> options = new HashMap<>(Map.of("padding", "false"));
    options.put("truncation", dpr ? "false" : "true"); // the longest first
    if (!dpr) {
      options.put("maxLength", Integer.toString(maxTokens));
      options.put("modelMaxLength", Integer.toString(maxTokens));
    }
    try {
      this.tokenizer =
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(reader.tokenizerJson()), options);
    } catch (IOException | RuntimeException e) {
      throw new ModelException(
          "the tokenizer of %s cannot be used: %s".formatted(reader.location(), e.getMessage()), e);
    }
  }

  int[] ids(String question, EncoderInput passage) {
    if (dpr) {
      return joined(
          tokenizer.encode(question, passage.title(), true, false).getIds(),
          tokenizer.encode(passage.text(), false, false).getIds());
    }
    String whole =
        passage.title().isEmpty() ? passage.text() : passage.title() + " " + passage.text();
    Encoding pair = tokenizer.encode(question, whole, true, false);
    int[] ids = new int[pair.getIds().length];
    for (int i = 0; i < ids.length; i++) {
      long type = types ? pair.getTypeIds()[i] : 0;
      ids[i] = Math.toIntExact(pair.getIds()[i] + type * vocabulary);
    }
    return ids;
  }

  private int[] joined(long[] head, long[] text) {
    long[] all = Arrays.copyOf(head, head.length + text.length);
    System.arraycopy(text, 0, all, head.length, text.length);
    return Arrays.stream(all).limit(maxTokens).mapToInt(Math::toIntExact).toArray();
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
