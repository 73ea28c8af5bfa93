package dev.questream.checkpoint;

import dev.questream.weights.WeightFormat;
import java.util.List;
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

  /** Length and normalizer of the tokenizer. */
  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  /** The vocabulary of BERT's tokenizers. */
  public static final String VOCABULARY = "vocab.txt";

  /** The vocabulary of RoBERTa's tokenizers, with {@link #MERGES}. */
  public static final String VOCABULARY_JSON = "vocab.json";

  public static final String MERGES = "merges.txt";

  /** The modules of a sentence-transformers model. */
  public static final String MODULES = "modules.json";

  /** The prompts of a sentence-transformers model. */
  public static final String SENTENCE_TRANSFORMERS = "config_sentence_transformers.json";

  /**
   * Length and case of a sentence-transformers model: the names of all versions, in their order.
   */
  public static final List<String> SENTENCE_CONFIGS =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  private ModelFiles() {}

  /** Whether a model has a tokenizer, by the names of its files. */
  public static boolean hasTokenizer(Predicate<String> exists) {
    return exists.test(TOKENIZER)
        || exists.test(VOCABULARY)
        || exists.test(VOCABULARY_JSON) && exists.test(MERGES);
  }
}
