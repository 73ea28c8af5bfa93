package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import java.nio.file.Path;
import java.util.function.Function;

/** A published model on this machine: weights, tokenizer, and how its vectors are made. */
public sealed interface PublishedModel permits BundledModel, FolderModel {
  /** The name of the model that needs no download. */
  String BUNDLED = "bge-small-en-v1.5";

  /**
   * The model named {@link #BUNDLED}.
   *
   * @param cache folder that its weights are unpacked into while they are read
   * @throws ModelException if it is not on the class path
   */
  static PublishedModel bundled(Path cache) {
    return BundledModel.load(cache);
  }

  /**
   * The model in a folder.
   *
   * @throws ModelException if the folder holds none
   */
  static PublishedModel in(Path folder) {
    return FolderModel.read(folder);
  }

  /** Where it is, for messages: the name of the bundled one, or the folder. */
  String location();

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

  /** What it says of its first dimensions. */
  default Matryoshka matryoshka() {
    return Matryoshka.NONE;
  }

  /** The text that the model's authors put before every text of a role; empty for none. */
  String prefix(EncoderRole role);

  /**
   * Gives the weight file to {@code reader}; the file may be temporary.
   *
   * @throws ModelException if the weights are missing or damaged
   * @throws java.io.UncheckedIOException if a temporary file cannot be written
   */
  <T> T withWeights(Function<Path, T> reader);

  /**
   * Gives the weights, recognised and checked, to {@code reader}, for as long as it runs.
   *
   * @throws ModelException if the weights are missing, damaged or of no family that is read
   * @throws java.io.UncheckedIOException if a temporary file cannot be written
   */
  default <T> T read(Function<BertCheckpoint, T> reader) {
    return withWeights(file -> reader.apply(BertCheckpoint.of(Checkpoint.open(file), config())));
  }
}
