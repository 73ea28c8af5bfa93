package dev.questream.checkpoint;

import dev.questream.weights.WeightFormat;
import java.util.List;

/**
 * The names of a model's files, as {@code transformers} and {@code sentence-transformers} write
 * them. Those of the weights are in {@link WeightFormat}.
 */
public final class ModelFiles {
  /** What the encoder is: see {@link ModelConfig}. */
  public static final String CONFIG = "config.json";

  /** The whole tokenizer; the one file beside the weights that no model may lack. */
  public static final String TOKENIZER = "tokenizer.json";

  /** Length and normalizer of the tokenizer. */
  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";

  public static final String VOCABULARY = "vocab.txt";

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
}
