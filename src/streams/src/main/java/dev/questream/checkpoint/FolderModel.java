package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
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
 * {@code config.json}, and for sentence-transformers models {@code modules.json}, which may name
 * folders for these and for the pooling.
 *
 * @param folder the folder itself
 * @param weights the weight file in it
 * @param weightsSha256 its digest
 * @param tokenizer the tokenizer as the reference libraries run it
 * @param config what {@code config.json} declares
 * @param modules what becomes of the token states
 * @param prompts what comes before a text
 * @param maxTokens the length that is declared, or as long as the positions go
 */
@SuppressWarnings("ArrayRecordComponent") // instances are never compared
record FolderModel(
    Path folder,
    Path weights,
    String weightsSha256,
    byte[] tokenizer,
    ModelConfig config,
    List<SentenceModule> modules,
    Prompts prompts,
    int maxTokens)
    implements PublishedModel {
  /**
   * Where the libraries of Hugging Face keep what they fetched: name and commit stand in the path.
   */
  private static final Pattern HUB_SNAPSHOT =
      Pattern.compile("models--(?<owner>.+?)--(?<name>.+)/snapshots/(?<commit>[0-9a-f]{40})");

  /** Reads a folder, or the folder of a weight file with these weights. */
  static FolderModel read(Path location) {
    boolean named = Files.isRegularFile(location);
    Path folder = named ? location.toAbsolutePath().getParent() : location;
    List<SentenceModule> modules = SentenceModule.in(folder);
    Path encoder = ((SentenceModule.Transformer) modules.get(0)).folder();
    Path weights = named ? location : WeightFormat.in(encoder);
    Path config = encoder.resolve(ModelFiles.CONFIG);
    SentenceConfig sentence = SentenceConfig.in(encoder);
    TokenizerConfig tokenizing = TokenizerConfig.in(encoder);
    try {
      return new FolderModel(
          folder,
          weights,
          digest(weights, modules),
          TokenizerOverrides.asRun(
              encoder.resolve(ModelFiles.TOKENIZER),
              TokenizerFiles.read(encoder),
              tokenizing,
              sentence),
          Files.exists(config) ? ModelConfig.read(config) : ModelConfig.empty(),
          modules,
          Prompts.in(folder),
          sentence.maxTokens().orElse(tokenizing.maxTokens().orElse(Integer.MAX_VALUE)));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as a model: %s".formatted(folder, e), e);
    }
  }

  /** Where linear layers follow the pooling, the digest of the file's and theirs. */
  private static String digest(Path weights, List<SentenceModule> modules) throws IOException {
    String file = WeightFormat.sha256(weights);
    List<String> dense =
        modules.stream()
            .filter(SentenceModule.Dense.class::isInstance)
            .map(SentenceModule::label)
            .toList();
    return dense.isEmpty()
        ? file
        : Sha256.of((file + "\n" + String.join("\n", dense)).getBytes(StandardCharsets.UTF_8));
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

  @Override
  public Matryoshka matryoshka() {
    return Matryoshka.in(folder);
  }

  @Override
  public String prefix(EncoderRole role) {
    return prompts.of(role);
  }

  @Override
  public boolean holdsBothSides() {
    return StateDict.holdsBothSides(Checkpoint.open(weights));
  }

  @Override
  public <T> T withWeights(Function<Path, T> reader) {
    return reader.apply(weights);
  }
}
