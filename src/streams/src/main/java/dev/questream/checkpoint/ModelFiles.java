package dev.questream.checkpoint;

import dev.questream.weights.WeightFormat;
import java.util.function.Predicate;

/**
 * The names of a model's files, as {@code transformers} and {@code sentence-transformers} write
 * them. Those of the weights are in {@link WeightFormat}.
 */
public final class ModelFiles {
  /** What the encoder is: see {@link ModelConfig}. */
  public static final String CONFIG = "config.json";

  /** The whole tokenizer. */
  public static final String TOKENIZER = "tokenizer.json";

  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  /** The vocabulary of BERT's tokenizers. */
  public static final String VOCABULARY = "vocab.txt";

  /** The vocabulary of RoBERTa's tokenizers, with {@link #MERGES}. */
  public static final String VOCABULARY_JSON = "vocab.json";

  public static final String MERGES = "merges.txt";

  /** The modules of a sentence-transformers model. */
  public static final String MODULES = "modules.json";

  /** The length that a sentence-transformers model takes. */
  public static final String SENTENCE_CONFIG = "sentence_bert_config.json";

  private ModelFiles() {}

  /** Whether a model has a tokenizer, by the names of its files. */
  public static boolean hasTokenizer(Predicate<String> exists) {
    return exists.test(TOKENIZER)
        || exists.test(VOCABULARY)
        || exists.test(VOCABULARY_JSON) && exists.test(MERGES);
  }
}
