package dev.questream.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which files of a model an encoder needs, from the names that a listing or a snapshot has. */
final class NeededFiles {
  static final String TOKENIZER = "tokenizer.json";
  static final String MODULES = "modules.json";
  static final String INDEX = "model.safetensors.index.json";

  /** Files that change the vectors where a model has them: fetched, or known to be absent. */
  static final List<String> DECLARATIONS =
      List.of("config.json", MODULES, "sentence_bert_config.json");

  private static final List<String> SMALL =
      List.of(
          "config.json",
          TOKENIZER,
          "tokenizer_config.json",
          "vocab.txt",
          MODULES,
          "sentence_bert_config.json");

  /** The first that there is, is fetched. */
  private static final List<String> WEIGHTS =
      List.of("model.safetensors", INDEX, "pytorch_model.bin", "model.onnx", "onnx/model.onnx");

  private static final long MAX_JSON_BYTES = 16 << 20;
  private static final int MAX_NAMED = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private NeededFiles() {}

  /**
   * The small files of a listing.
   *
   * @throws ModelException without a tokenizer or weights; the message names the files there are
   */
  static List<String> small(HubId id, Set<String> files) {
    if (!files.contains(TOKENIZER)) {
      throw new ModelException(
          ("%s has no %s, which is needed; convert its tokenizer with transformers (a fast"
                  + " tokenizer's save_pretrained), or choose another model. It has: %s")
              .formatted(id, TOKENIZER, names(files)));
    }
    if (weights(files::contains).isEmpty()) {
      throw new ModelException(
          "%s has no weights that are read; expected one of %s. It has: %s"
              .formatted(id, String.join(", ", WEIGHTS), names(files)));
    }
    return SMALL.stream().filter(files::contains).toList();
  }

  /** The file of the weights, or the index of their shards; empty without weights. */
  static String weights(Predicate<String> exists) {
    return WEIGHTS.stream().filter(exists).findFirst().orElse("");
  }

  /** The configurations of the modules that {@code modules.json} of a snapshot names. */
  static Set<String> modules(Path snapshot) {
    Path file = snapshot.resolve(MODULES);
    Set<String> configs = new TreeSet<>();
    if (Files.exists(file)) {
      for (JsonNode module : read(file)) {
        String path = module.path("path").asText();
        boolean configured = !module.path("type").asText().endsWith(".Normalize");
        if (configured && !path.isEmpty()) {
          configs.add(RepoPath.checked(path + "/config.json", file.toString()));
        }
      }
    }
    return configs;
  }

  /** The shards that the index of a snapshot names. */
  static Set<String> shards(Path snapshot) {
    Path file = snapshot.resolve(INDEX);
    Set<String> shards = new TreeSet<>();
    for (JsonNode shard : read(file).path("weight_map")) {
      shards.add(RepoPath.checked(shard.asText(), file.toString()));
    }
    if (shards.isEmpty()) {
      throw new ModelException(file + " names no shards in its weight_map; it is damaged");
    }
    return shards;
  }

  /** Whether a snapshot holds weights, the tokenizer, and all that its own files name. */
  static boolean isUsable(Path snapshot) {
    Predicate<String> exists = name -> Files.isRegularFile(RepoPath.below(snapshot, name));
    String weights = weights(exists);
    if (weights.isEmpty() || !exists.test(TOKENIZER)) {
      return false;
    }
    Set<String> shards = weights.equals(INDEX) ? shards(snapshot) : Set.of();
    return Stream.concat(modules(snapshot).stream(), shards.stream()).allMatch(exists);
  }

  private static JsonNode read(Path file) {
    try {
      if (Files.size(file) <= MAX_JSON_BYTES) {
        return JSON.readTree(Files.readAllBytes(file));
      }
      throw new ModelException(
          "%s has %d bytes; at most %d are read: choose another model"
              .formatted(file, Files.size(file), MAX_JSON_BYTES));
    } catch (IOException e) {
      throw new ModelException("%s cannot be read as JSON: %s".formatted(file, e), e);
    }
  }

  private static String names(Set<String> files) {
    String named = String.join(", ", files.stream().limit(MAX_NAMED).toList());
    return files.size() > MAX_NAMED ? named + ", ..." : named;
  }
}
