package dev.questream.checkpoint;

import dev.questream.weights.WeightFormat;

/**
 * The names of a model's files, as {@code transformers} and {@code sentence-transformers} write
 * them. Those of the weights are in {@link WeightFormat}.
 */
public final class ModelFiles {
  /** What the encoder is: see {@link ModelConfig}. */
  public static final String CONFIG = "config.json";

  /** The whole tokenizer; the one file beside the weights that no model may lack. */
  public static final String TOKENIZER = "tokenizer.json";

  public static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  public static final String VOCABULARY = "vocab.txt";

  /** The modules of a sentence-transformers model. */
  public static final String MODULES = "modules.json";

  /** The length that a sentence-transformers model takes. */
  public static final String SENTENCE_CONFIG = "sentence_bert_config.json";

  private ModelFiles() {}
}
