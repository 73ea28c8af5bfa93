package dev.questream.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.checkpoint.ModelFiles;
import dev.questream.weights.ModelException;
import dev.questream.weights.ShardedCheckpoint;
import dev.questream.weights.WeightFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which files of a model an encoder needs, from the names that a listing or a snapshot has. */
final class NeededFiles {
  /** Files that change the vectors where a model has them: fetched, or known to be absent. */
  static final List<String> DECLARATIONS =
      List.of(ModelFiles.CONFIG, ModelFiles.MODULES, ModelFiles.SENTENCE_CONFIG);

  private static final List<String> SMALL =
      List.of(
          ModelFiles.CONFIG,
          ModelFiles.TOKENIZER,
          ModelFiles.TOKENIZER_CONFIG,
          ModelFiles.VOCABULARY,
          ModelFiles.VOCABULARY_JSON,
          ModelFiles.MERGES,
          ModelFiles.MODULES,
          ModelFiles.SENTENCE_CONFIG);

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
    if (!ModelFiles.hasTokenizer(files::contains)) {
      throw new ModelException(
          ("%s has no %s, which is needed; convert its tokenizer with transformers (a fast"
                  + " tokenizer's save_pretrained), or choose another model. It has: %s")
              .formatted(id, ModelFiles.TOKENIZER, names(files)));
    }
    if (WeightFormat.choose(files::contains).isEmpty()) {
      throw new ModelException(
          "%s has no weights that are read; expected one of %s. It has: %s"
              .formatted(id, String.join(", ", WeightFormat.fileNames()), names(files)));
    }
    return SMALL.stream().filter(files::contains).toList();
  }

  /**
   * The configurations of the modules that {@code modules.json} of a snapshot names; here belong
   * the weights of modules that have some.
   */
  static Set<String> modules(Path snapshot) {
    Path file = snapshot.resolve(ModelFiles.MODULES);
    Set<String> configs = new TreeSet<>();
    if (Files.exists(file)) {
      for (JsonNode module : read(file)) {
        String path = module.path("path").asText();
        boolean configured = !module.path("type").asText().endsWith(".Normalize");
        if (configured && !path.isEmpty()) {
          configs.add(RepoPath.checked(path + "/" + ModelFiles.CONFIG, file.toString()));
        }
      }
    }
    return configs;
  }

  /** The shards that the index of a snapshot names. */
  static Set<String> shards(Path snapshot) {
    Path file = snapshot.resolve(ShardedCheckpoint.INDEX);
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
    Optional<String> weights = WeightFormat.choose(exists);
    if (weights.isEmpty() || !ModelFiles.hasTokenizer(exists)) {
      return false;
    }
    Set<String> shards =
        weights.get().equals(ShardedCheckpoint.INDEX) ? shards(snapshot) : Set.of();
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
