package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import java.nio.file.Path;
import java.util.List;
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

  /** Lower-case hex SHA-256 of the weight file, and of the weights of its other modules. */
  String weightsSha256();

  /**
   * The tokenizer as JSON: the content of {@code tokenizer.json}, but for a normalizer that other
   * files of the model override.
   */
  byte[] tokenizerJson();

  /** What {@code config.json} declares. */
  ModelConfig config();

  /** What becomes of the token states, in order. */
  List<SentenceModule> modules();

  /** How token states become a vector, as in records. */
  default String pooling() {
    return pool().label();
  }

  /** Whether the tokens of a prefix take part in the pooling. */
  default boolean includesPrompt() {
    return pool().includesPrompt();
  }

  private SentenceModule.Pool pool() {
    return modules().stream()
        .filter(SentenceModule.Pool.class::isInstance)
        .map(SentenceModule.Pool.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Whether vectors are of length one. */
  default boolean normalized() {
    return modules().get(modules().size() - 1) instanceof SentenceModule.Normalize;
  }

  /** Tokens that the model's authors let it take, at most; the positions may bound it further. */
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

  /** Whether the weight file holds both sides of a dual encoder, as DPR's own training writes. */
  boolean holdsBothSides();

  /**
   * Gives the weights, recognised and checked, to {@code reader}, for as long as it runs.
   *
   * @param asked the side to read where the file holds both
   * @throws ModelException if the weights are missing, damaged or of no family that is read
   * @throws java.io.UncheckedIOException if a temporary file cannot be written
   */
  default <T> T read(EncoderRole asked, Function<EncoderCheckpoint, T> reader) {
    return withWeights(
        file ->
            reader.apply(
                EncoderCheckpoint.of(
                    StateDict.of(Checkpoint.open(file), asked), config(), modules())));
  }

  /** The same for questions, or for passages where the file holds their side alone. */
  default <T> T read(Function<EncoderCheckpoint, T> reader) {
    return read(EncoderRole.QUESTION, reader);
  }
}
