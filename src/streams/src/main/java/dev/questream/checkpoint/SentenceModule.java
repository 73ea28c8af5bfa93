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

/**
 * A step of a sentence-transformers model, as its {@code modules.json} lists them.
 *
 * <p>Another module is another record here, a case in {@link #module}, and what it does to the
 * vector in {@link FolderModel} and in the graph.
 */
sealed interface SentenceModule {
  /** Where the classes of all versions are; others run code of their own. */
  String LIBRARY = "sentence_transformers.";

  /**
   * The encoder itself: token states.
   *
   * @param folder of its weights, tokenizer and configuration
   */
  record Transformer(Path folder) implements SentenceModule {}

  /**
   * Token states become one vector.
   *
   * @param includesPrompt whether the tokens of the prompt take part
   */
  record Pool(Pooling pooling, boolean includesPrompt) implements SentenceModule {}

  /** The vector is scaled to length one. */
  record Normalize() implements SentenceModule {}

  /**
   * The modules of a model, in their order; the first is the Transformer. Without {@code
   * modules.json} they are those that the model would get: the state of the first token as in DPR,
   * the mean where files of sentence-transformers lie about.
   *
   * @throws ModelException if one of them is not supported
   */
  static List<SentenceModule> in(Path folder) {
    Path file = folder.resolve(ModelFiles.MODULES);
    if (!Files.exists(file)) {
      boolean sentences =
          SentenceConfig.isIn(folder)
              || Files.exists(folder.resolve(ModelFiles.SENTENCE_TRANSFORMERS));
      return List.of(
          new Transformer(folder), new Pool(sentences ? Pooling.MEAN : Pooling.CLS, true));
    }
    List<SentenceModule> modules = new ArrayList<>();
    for (JsonNode declared : ModelJson.read(file)) {
      modules.add(module(folder, file, declared));
    }
    if (modules.isEmpty() || !(modules.get(0) instanceof Transformer)) {
      throw new ModelException(file + " does not begin with the module Transformer");
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
        yield new Pool(config.pooling(), config.includesPrompt());
      }
      case "Normalize" -> new Normalize();
      default ->
          throw new ModelException(
              "%s names the module %s; Transformer, Pooling and Normalize of sentence-transformers are supported"
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
