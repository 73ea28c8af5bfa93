package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import dev.questream.weights.Sha256;
import dev.questream.weights.ShardedCheckpoint;
import dev.questream.weights.WeightFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint folder in the layout of the Hugging Face hub: weights, {@code tokenizer.json},
 * {@code config.json}, and for sentence-transformers models {@code modules.json} with the pooling
 * beside it.
 *
 * @param folder the folder itself
 * @param weights the weight file in it
 * @param weightsSha256 its digest
 * @param tokenizer the content of {@code tokenizer.json}
 * @param config what {@code config.json} declares
 * @param modules what becomes of the token states
 * @param maxTokens the length that sentence-transformers declares, or the customary one
 */
@SuppressWarnings("ArrayRecordComponent") // instances are never compared
record FolderModel(
    Path folder,
    Path weights,
    String weightsSha256,
    byte[] tokenizer,
    ModelConfig config,
    List<SentenceModule> modules,
    int maxTokens)
    implements PublishedModel {
  private static final int DEFAULT_MAX_TOKENS = 512;

  /** The special tokens and one of the text. */
  private static final int MIN_TOKENS = 3;

  /**
   * Where the libraries of Hugging Face keep what they fetched: name and commit stand in the path.
   */
  private static final Pattern HUB_SNAPSHOT =
      Pattern.compile("models--(?<owner>.+?)--(?<name>.+)/snapshots/(?<commit>[0-9a-f]{40})");

  static FolderModel read(Path folder) {
    Path weights =
        WeightFormat.choose(name -> Files.isRegularFile(folder.resolve(name)))
            .map(folder::resolve)
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s holds no weights: none of %s is there"
                            .formatted(folder, String.join(", ", WeightFormat.fileNames()))));
    Path tokenizer = folder.resolve(ModelFiles.TOKENIZER);
    if (!Files.exists(tokenizer)) {
      throw new ModelException(
          "%s holds no %s; put the one there that the model was trained with, for DPR that of bert-base-uncased"
              .formatted(folder, ModelFiles.TOKENIZER));
    }
    Path config = folder.resolve(ModelFiles.CONFIG);
    try {
      return new FolderModel(
          folder,
          weights,
          digest(weights),
          Files.readAllBytes(tokenizer),
          Files.exists(config) ? ModelConfig.read(config) : ModelConfig.empty(),
          SentenceModule.in(folder),
          declaredTokens(folder));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as a model: %s".formatted(folder, e), e);
    }
  }

  /** What a sentence-transformers model declares; others declare nothing. */
  private static int declaredTokens(Path folder) {
    Path file = folder.resolve(ModelFiles.SENTENCE_CONFIG);
    if (!Files.exists(folder.resolve(ModelFiles.MODULES)) || !Files.exists(file)) {
      return DEFAULT_MAX_TOKENS;
    }
    int tokens = ModelJson.read(file).path("max_seq_length").asInt(DEFAULT_MAX_TOKENS);
    if (tokens < MIN_TOKENS) {
      throw new ModelException(
          "%s has max_seq_length=%d; at least %d tokens are needed"
              .formatted(file, tokens, MIN_TOKENS));
    }
    return tokens;
  }

  /** Of a sharded model: the digest of the lines that {@code sha256sum} prints for its shards. */
  private static String digest(Path weights) throws IOException {
    if (!weights.endsWith(ShardedCheckpoint.INDEX)) {
      return Sha256.of(weights);
    }
    StringBuilder lines = new StringBuilder();
    for (Path shard : ShardedCheckpoint.shards(weights)) {
      lines.append(Sha256.of(shard)).append("  ").append(shard.getFileName()).append('\n');
    }
    return Sha256.of(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Matcher hubSnapshot() {
    String path = folder.toAbsolutePath().normalize().toString().replace('\\', '/');
    return HUB_SNAPSHOT.matcher(path.substring(Math.max(0, path.lastIndexOf("models--"))));
  }

  @Override
  public String location() {
    return folder.toString();
  }

  @Override
  public String id() {
    Matcher hub = hubSnapshot();
    if (hub.matches()) {
      return hub.group("owner") + "/" + hub.group("name");
    }
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  @Override
  public String revision() {
    Matcher hub = hubSnapshot();
    return hub.matches() ? hub.group("commit") : "";
  }

  @Override
  public byte[] tokenizerJson() {
    return tokenizer.clone();
  }

  /** The mean, where modules are declared and none of them pools. */
  @Override
  public Pooling pooling() {
    return modules.stream()
        .filter(SentenceModule.Pool.class::isInstance)
        .map(module -> ((SentenceModule.Pool) module).pooling())
        .reduce(Pooling.MEAN, (first, last) -> last);
  }

  @Override
  public boolean normalized() {
    return modules.contains(new SentenceModule.Normalize());
  }

  @Override
  public Matryoshka matryoshka() {
    return Matryoshka.in(folder);
  }

  @Override
  public String prefix(EncoderRole role) {
    return "";
  }

  @Override
  public <T> T withWeights(Function<Path, T> reader) {
    return reader.apply(weights);
  }
}
