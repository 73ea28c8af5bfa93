package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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
 * @param sentence pooling, normalisation and length as sentence-transformers declares them
 */
@SuppressWarnings("ArrayRecordComponent") // instances are never compared
record FolderModel(
    Path folder,
    Path weights,
    String weightsSha256,
    byte[] tokenizer,
    ModelConfig config,
    SentenceTransformer sentence)
    implements PublishedModel {

  private static final String INDEX = "model.safetensors.index.json";

  /**
   * Where the libraries of Hugging Face keep what they fetched: name and commit stand in the path.
   */
  private static final Pattern HUB_SNAPSHOT =
      Pattern.compile("models--(?<owner>.+?)--(?<name>.+)/snapshots/(?<commit>[0-9a-f]{40})");

  private static final List<String> WEIGHT_FILES =
      List.of("model.safetensors", INDEX, "pytorch_model.bin", "model.onnx", "onnx/model.onnx");

  /** What sentence-transformers' own files say; DPR folders have none. */
  record SentenceTransformer(Pooling pooling, boolean normalized, int maxTokens) {
    private static final int DEFAULT_MAX_TOKENS = 512;

    /** The special tokens and one of the text. */
    private static final int MIN_TOKENS = 3;

    static SentenceTransformer read(Path folder) {
      Path modules = folder.resolve("modules.json");
      if (!Files.exists(modules)) {
        return new SentenceTransformer(Pooling.CLS, false, DEFAULT_MAX_TOKENS);
      }
      boolean normalized = false;
      Pooling pooling = Pooling.MEAN;
      for (JsonNode module : ModelJson.read(modules)) {
        String type = module.path("type").asText();
        if (type.endsWith(".Normalize")) {
          normalized = true;
        } else if (type.endsWith(".Pooling")) {
          pooling = pooling(moduleFolder(folder, modules, module).resolve("config.json"));
        } else if (!type.endsWith(".Transformer")) {
          throw new ModelException(
              "%s names the module %s; Transformer, Pooling and Normalize are supported"
                  .formatted(modules, type));
        }
      }
      return new SentenceTransformer(pooling, normalized, maxTokens(folder));
    }

    private static Path moduleFolder(Path folder, Path modules, JsonNode module) {
      String path = module.path("path").asText();
      try {
        return folder.resolve(path);
      } catch (InvalidPathException e) {
        throw new ModelException("%s names the folder %s".formatted(modules, e.getMessage()), e);
      }
    }

    private static Pooling pooling(Path file) {
      JsonNode json = ModelJson.read(file);
      boolean cls = json.path("pooling_mode_cls_token").asBoolean();
      boolean mean = json.path("pooling_mode_mean_tokens").asBoolean();
      if (cls == mean) {
        throw new ModelException(file + " asks for a pooling other than CLS or mean, or for both");
      }
      return cls ? Pooling.CLS : Pooling.MEAN;
    }

    private static int maxTokens(Path folder) {
      Path file = folder.resolve("sentence_bert_config.json");
      if (!Files.exists(file)) {
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
  }

  static FolderModel read(Path folder) {
    Path weights =
        WEIGHT_FILES.stream()
            .map(folder::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s holds no weights: none of %s is there"
                            .formatted(folder, String.join(", ", WEIGHT_FILES))));
    Path tokenizer = folder.resolve("tokenizer.json");
    Path config = folder.resolve("config.json");
    try {
      return new FolderModel(
          folder,
          weights,
          digest(weights),
          Files.readAllBytes(tokenizer),
          Files.exists(config) ? ModelConfig.read(config) : ModelConfig.empty(),
          SentenceTransformer.read(folder));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as a model: %s".formatted(folder, e), e);
    }
  }

  /** Of a sharded model: the digest of the lines that {@code sha256sum} prints for its shards. */
  private static String digest(Path weights) throws IOException {
    if (!weights.endsWith(INDEX)) {
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

  @Override
  public Pooling pooling() {
    return sentence.pooling();
  }

  @Override
  public boolean normalized() {
    return sentence.normalized();
  }

  @Override
  public int maxTokens() {
    return sentence.maxTokens();
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
