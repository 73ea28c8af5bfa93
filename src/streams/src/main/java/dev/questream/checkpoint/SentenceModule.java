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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A step of a sentence-transformers model, as its {@code modules.json} lists them.
 *
 * <p>Another module is another record here, a case in {@link #module}, and what it does to the
 * vector in {@link Output} and in the graph.
 */
public sealed interface SentenceModule {

  /** What it does, in words that differ where vectors do. */
  String label();

  /** The encoder itself: token states. */
  record Transformer() implements SentenceModule {
    @Override
    public String label() {
      return "transformer";
    }
  }

  /**
   * Token states become one vector.
   *
   * @param poolings whose results stand one behind the other
   */
  record Pool(List<Pooling> poolings) implements SentenceModule {
    public Pool {
      poolings = List.copyOf(poolings);
    }

    static Pool of(Pooling pooling) {
      return new Pool(List.of(pooling));
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
   * The modules of a model, in their order; the mean pools where none of them does. Those of a
   * model without {@code modules.json} are DPR's: the state of the first token.
   *
   * @throws ModelException if one of them is not supported
   */
  static List<SentenceModule> in(Path folder) {
    Path file = folder.resolve(ModelFiles.MODULES);
    if (!Files.exists(file)) {
      return List.of(new Transformer(), Pool.of(Pooling.CLS));
    }
    List<SentenceModule> modules = new ArrayList<>();
    for (JsonNode declared : ModelJson.read(file)) {
      modules.add(module(folder, file, declared));
    }
    if (modules.stream().noneMatch(Pool.class::isInstance)) {
      modules.add(Math.min(1, modules.size()), Pool.of(Pooling.MEAN));
    }
    return List.copyOf(modules);
  }

  private static SentenceModule module(Path folder, Path file, JsonNode declared) {
    String type = declared.path("type").asText();
    return switch (type.substring(Math.max(0, type.lastIndexOf('.')))) {
      case ".Transformer" -> new Transformer();
      case ".Pooling" -> new Pool(pooling(configOf(folder, file, declared)));
      case ".Dense" -> DenseFiles.read(configOf(folder, file, declared));
      case ".Normalize" -> new Normalize();
      default ->
          throw new ModelException(
              "%s names the module %s; Transformer, Pooling, Dense and Normalize are supported"
                  .formatted(file, type));
    };
  }

  private static Path configOf(Path folder, Path file, JsonNode declared) {
    try {
      return folder.resolve(declared.path("path").asText()).resolve(ModelFiles.CONFIG);
    } catch (InvalidPathException e) {
      throw new ModelException("%s names the folder %s".formatted(file, e.getMessage()), e);
    }
  }

  private static List<Pooling> pooling(Path file) {
    JsonNode json = ModelJson.read(file);
    List<Pooling> asked =
        Arrays.stream(Pooling.values())
            .filter(pooling -> json.path(pooling.flag()).asBoolean())
            .toList();
    if (asked.isEmpty()) {
      throw new ModelException(
          "%s asks for no pooling that is known: %s"
              .formatted(
                  file,
                  Arrays.stream(Pooling.values())
                      .map(Pooling::label)
                      .collect(Collectors.joining(", "))));
    }
    return asked;
  }
}
