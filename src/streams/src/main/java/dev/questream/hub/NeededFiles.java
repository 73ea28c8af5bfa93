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
      List.of(
          ModelFiles.CONFIG,
          ModelFiles.TOKENIZER_CONFIG,
          ModelFiles.MODULES,
          ModelFiles.SENTENCE_TRANSFORMERS,
          ModelFiles.SENTENCE_CONFIGS.get(0));

  private static final List<String> OF_MODEL =
      List.of(ModelFiles.MODULES, ModelFiles.SENTENCE_TRANSFORMERS);

  private static final List<String> OF_ENCODER =
      Stream.concat(
              Stream.of(
                  ModelFiles.CONFIG,
                  ModelFiles.TOKENIZER,
                  ModelFiles.TOKENIZER_CONFIG,
                  ModelFiles.VOCABULARY,
                  ModelFiles.VOCABULARY_JSON,
                  ModelFiles.MERGES),
              ModelFiles.SENTENCE_CONFIGS.stream())
          .toList();

  private static final long MAX_JSON_BYTES = 16 << 20;
  private static final int MAX_NAMED = 30;
  private static final ObjectMapper JSON = new ObjectMapper();

  private NeededFiles() {}

  /** The small files of a listing that say where the others are. */
  static List<String> first(Set<String> files) {
    return OF_MODEL.stream().filter(files::contains).toList();
  }

  /**
   * The folder of the encoder in a snapshot whose first files are there, with a slash at its end;
   * empty where it is the snapshot.
   */
  static String encoder(Path snapshot) {
    for (JsonNode module : declared(snapshot)) {
      if (isA(module, ".Transformer")) {
        return folder(module, snapshot);
      }
    }
    return "";
  }

  /** The folder of a module, with a slash at its end where it has one of its own. */
  private static String folder(JsonNode module, Path snapshot) {
    String path = module.path("path").asText();
    return path.isEmpty()
        ? ""
        : RepoPath.checked(path, snapshot.resolve(ModelFiles.MODULES).toString()) + "/";
  }

  /**
   * The small files of the encoder in a listing.
   *
   * @throws ModelException without a tokenizer or weights; the message names the files there are
   */
  static List<String> small(HubId id, Set<String> files, String encoder) {
    if (!ModelFiles.hasTokenizer(name -> files.contains(encoder + name))) {
      throw new ModelException(
          ("%s has no %s, which is needed; convert its tokenizer with transformers (a fast"
                  + " tokenizer's save_pretrained), or choose another model. It has: %s")
              .formatted(id, encoder + ModelFiles.TOKENIZER, names(files)));
    }
    if (weights(encoder, files::contains).isEmpty()) {
      throw new ModelException(
          "%s has no weights that are read; expected one of %s. It has: %s"
              .formatted(id, String.join(", ", WeightFormat.fileNames()), names(files)));
    }
    return OF_ENCODER.stream().map(encoder::concat).filter(files::contains).toList();
  }

  /** The weight file of the encoder. */
  static Optional<String> weights(String encoder, Predicate<String> exists) {
    return WeightFormat.choose(name -> exists.test(encoder + name)).map(encoder::concat);
  }

  /** What of a model lies beside its weight file: an ONNX file may keep its tensors in others. */
  static List<String> beside(String weights, Set<String> files) {
    return files.stream()
        .filter(name -> name.startsWith(weights + ".data") || name.startsWith(weights + "_data"))
        .toList();
  }

  /**
   * The configurations of the modules that {@code modules.json} of a snapshot names, and the
   * weights of those that have some.
   */
  static Set<String> modules(Path snapshot, Predicate<String> exists) {
    Set<String> needed = new TreeSet<>();
    for (JsonNode module : declared(snapshot)) {
      String folder = folder(module, snapshot);
      if (!folder.isEmpty() && !isA(module, ".Normalize") && !isA(module, ".Transformer")) {
        needed.add(folder + ModelFiles.CONFIG);
        if (isA(module, ".Dense")) {
          weights(folder, exists).ifPresent(needed::add);
        }
      }
    }
    return needed;
  }

  private static Iterable<JsonNode> declared(Path snapshot) {
    Path file = snapshot.resolve(ModelFiles.MODULES);
    return Files.exists(file) ? read(file) : List.of();
  }

  private static boolean isA(JsonNode module, String name) {
    return module.path("type").asText().endsWith(name);
  }

  /** The shards that the index of a snapshot names. */
  static Set<String> shards(Path snapshot, String encoder) {
    Path file = snapshot.resolve(encoder + ShardedCheckpoint.INDEX);
    Set<String> shards = new TreeSet<>();
    for (JsonNode shard : read(file).path("weight_map")) {
      shards.add(RepoPath.checked(encoder + shard.asText(), file.toString()));
    }
    if (shards.isEmpty()) {
      throw new ModelException(file + " names no shards in its weight_map; it is damaged");
    }
    return shards;
  }

  /** Whether a snapshot holds weights, the tokenizer, and all that its own files name. */
  static boolean isUsable(Path snapshot) {
    Predicate<String> exists = name -> Files.isRegularFile(RepoPath.below(snapshot, name));
    String encoder = encoder(snapshot);
    Optional<String> weights = weights(encoder, exists);
    if (weights.isEmpty() || !ModelFiles.hasTokenizer(name -> exists.test(encoder + name))) {
      return false;
    }
    Set<String> shards =
        weights.get().endsWith(ShardedCheckpoint.INDEX) ? shards(snapshot, encoder) : Set.of();
    return Stream.concat(modules(snapshot, exists).stream(), shards.stream()).allMatch(exists);
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
