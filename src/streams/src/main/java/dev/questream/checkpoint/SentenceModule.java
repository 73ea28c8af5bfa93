package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.Pooling;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import dev.questream.weights.Sha256;
import dev.questream.weights.Tensor;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A step of a sentence-transformers model, as its {@code modules.json} lists them.
 *
 * <p>Another module is another record here, a case in {@link #module}, and what it does to the
 * vector in {@link Output} and in the graph.
 */
public sealed interface SentenceModule {
  /** Where the classes of all versions are; others run code of their own. */
  String LIBRARY = "sentence_transformers.";

  /** Of zeros that stand for a bias that is not stored. */
  String NO_NAME = "";

  /** What it does, in words that differ where vectors do. */
  String label();

  /**
   * The encoder itself: token states.
   *
   * @param folder of its weights, tokenizer and configuration
   */
  record Transformer(Path folder) implements SentenceModule {
    @Override
    public String label() {
      return "transformer";
    }
  }

  /**
   * Token states become one vector.
   *
   * @param poolings whose results stand one behind the other
   * @param includesPrompt whether the tokens of the prompt take part
   */
  record Pool(List<Pooling> poolings, boolean includesPrompt) implements SentenceModule {
    public Pool {
      poolings = List.copyOf(poolings);
    }

    /** One pooling of all tokens. */
    public static Pool of(Pooling... poolings) {
      return new Pool(List.of(poolings), true);
    }

    @Override
    public String label() {
      return poolings.stream().map(Pooling::label).collect(Collectors.joining("+"));
    }
  }

  /**
   * The vector goes through a linear layer.
   *
   * @param weight [out, in]
   * @param bias [out]
   * @param activation of the result
   */
  record Dense(Tensor weight, Tensor bias, Activation activation) implements SentenceModule {
    int in() {
      return weight.shape().size(1);
    }

    int out() {
      return weight.shape().size(0);
    }

    @Override
    public String label() {
      MessageDigest digest = Sha256.newDigest();
      digest.update(weight.data().duplicate());
      digest.update(bias.data().duplicate());
      return "dense %s %s".formatted(activation, Sha256.hex(digest));
    }
  }

  /** The vector is scaled to length one. */
  record Normalize() implements SentenceModule {
    @Override
    public String label() {
      return "normalize";
    }
  }

  /**
   * The modules of a model, in their order; the first is the Transformer. Without {@code
   * modules.json} they are those that the model would get: the state of the first token as in DPR,
   * the mean where files of sentence-transformers lie about. The mean pools where none of them
   * does.
   *
   * @throws ModelException if one of them is not supported
   */
  static List<SentenceModule> in(Path folder) {
    Path file = folder.resolve(ModelFiles.MODULES);
    if (!Files.exists(file)) {
      boolean sentences =
          SentenceConfig.isIn(folder)
              || Files.exists(folder.resolve(ModelFiles.SENTENCE_TRANSFORMERS));
      return List.of(new Transformer(folder), Pool.of(sentences ? Pooling.MEAN : Pooling.CLS));
    }
    List<SentenceModule> modules = new ArrayList<>();
    for (JsonNode declared : ModelJson.read(file)) {
      modules.add(module(folder, file, declared));
    }
    if (modules.isEmpty() || !(modules.get(0) instanceof Transformer)) {
      throw new ModelException(file + " does not begin with the module Transformer");
    }
    if (modules.stream().noneMatch(Pool.class::isInstance)) {
      modules.add(1, Pool.of(Pooling.MEAN));
    }
    return List.copyOf(modules);
  }

  /** By the last name of its class: versions moved them. */
  private static SentenceModule module(Path folder, Path file, JsonNode declared) {
    String type = declared.path("type").asText();
    String name = type.substring(type.lastIndexOf('.') + 1);
    return switch (type.startsWith(LIBRARY) ? name : "") {
      case "Transformer" -> new Transformer(folderOf(folder, file, declared));
      case "Pooling" -> {
        PoolingConfig config =
            PoolingConfig.read(folderOf(folder, file, declared).resolve(ModelFiles.CONFIG));
        yield new Pool(config.poolings(), config.includesPrompt());
      }
      case "Dense" -> DenseFiles.read(folderOf(folder, file, declared).resolve(ModelFiles.CONFIG));
      case "Normalize" -> new Normalize();
      default ->
          throw new ModelException(
              "%s names the module %s; Transformer, Pooling, Dense and Normalize of sentence-transformers are supported"
                  .formatted(file, type));
    };
  }

  private static Path folderOf(Path folder, Path file, JsonNode declared) {
    String path = declared.path("path").asText();
    try {
      Path named = folder.resolve(path);
      if (absolute(named).startsWith(absolute(folder))) {
        return named;
      }
      throw new ModelException(
          "%s names the folder %s, which is outside the model".formatted(file, path));
    } catch (InvalidPathException e) {
      throw new ModelException("%s names the folder %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
