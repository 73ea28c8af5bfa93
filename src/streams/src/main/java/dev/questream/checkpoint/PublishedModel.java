package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A published model: weights, tokenizer, and how its vectors are made.
 *
 * @see Models#resolve
 */
public interface PublishedModel {

  /** The name in records. */
  String id();

  /** The revision in records, or empty. */
  String revision();

  /** Lower-case hex SHA-256 of the weight file. */
  String weightsSha256();

  /** The content of {@code tokenizer.json}. */
  byte[] tokenizerJson();

  /** What {@code config.json} declares. */
  ModelConfig config();

  /** How token states become a vector. */
  Pooling pooling();

  /** Whether vectors are scaled to length one. */
  boolean normalized();

  /**
   * Tokens that the model was trained to take, at most; the position table may bound it further.
   */
  int maxTokens();

  /** The text that the model's authors put before every text of a role; empty for none. */
  String prefix(EncoderRole role);

  /**
   * Gives the weight file to {@code reader}; the file may be temporary.
   *
   * @throws ModelException if the weights are missing or damaged
   * @throws java.io.UncheckedIOException if a temporary file cannot be written
   */
  <T> T withWeights(Function<Path, T> reader);
}
