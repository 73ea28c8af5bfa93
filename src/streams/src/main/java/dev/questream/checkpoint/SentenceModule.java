package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.Pooling;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A step of a sentence-transformers model, as its {@code modules.json} lists them.
 *
 * <p>Another module is another record here, a case in {@link #module}, and what it does to the
 * vector in {@link FolderModel} and in the graph.
 */
sealed interface SentenceModule {

  /** The encoder itself: token states. */
  record Transformer() implements SentenceModule {}

  /** Token states become one vector. */
  record Pool(Pooling pooling) implements SentenceModule {}

  /** The vector is scaled to length one. */
  record Normalize() implements SentenceModule {}

  /** The modes of pooling that are known, by the key that asks for them. */
  Map<String, Pooling> POOLING_MODES =
      Map.of("pooling_mode_cls_token", Pooling.CLS, "pooling_mode_mean_tokens", Pooling.MEAN);

  /**
   * The modules of a model, in their order. Those of a model without {@code modules.json} are
   * DPR's: the state of the first token.
   *
   * @throws ModelException if one of them is not supported
   */
  static List<SentenceModule> in(Path folder) {
    Path file = folder.resolve(ModelFiles.MODULES);
    if (!Files.exists(file)) {
      return List.of(new Transformer(), new Pool(Pooling.CLS));
    }
    List<SentenceModule> modules = new ArrayList<>();
    for (JsonNode declared : ModelJson.read(file)) {
      modules.add(module(folder, file, declared));
    }
    return List.copyOf(modules);
  }

  private static SentenceModule module(Path folder, Path file, JsonNode declared) {
    String type = declared.path("type").asText();
    return switch (type.substring(Math.max(0, type.lastIndexOf('.')))) {
      case ".Transformer" -> new Transformer();
      case ".Pooling" -> new Pool(pooling(configOf(folder, file, declared)));
      case ".Normalize" -> new Normalize();
      default ->
          throw new ModelException(
              "%s names the module %s; Transformer, Pooling and Normalize are supported"
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

  private static Pooling pooling(Path file) {
    JsonNode json = ModelJson.read(file);
    List<Pooling> asked =
        POOLING_MODES.entrySet().stream()
            .filter(mode -> json.path(mode.getKey()).asBoolean())
            .map(Map.Entry::getValue)
            .toList();
    if (asked.size() != 1) {
      throw new ModelException(file + " asks for a pooling other than CLS or mean, or for both");
    }
    return asked.get(0);
  }
}
