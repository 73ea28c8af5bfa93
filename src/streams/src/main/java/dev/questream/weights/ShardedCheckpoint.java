package dev.questream.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Safetensors files that hold one model together, as {@code model.safetensors.index.json} says: its
 * {@code weight_map} gives the file of each tensor.
 */
public final class ShardedCheckpoint implements Checkpoint {
  /** Names the files that hold the weights together, where one would be too large. */
  public static final String INDEX = "model.safetensors.index.json";

  private static final String WEIGHT_MAP = "weight_map";

  private final Path index;
  private final Map<String, Checkpoint> shardOf;

  private ShardedCheckpoint(Path index, Map<String, Checkpoint> shardOf) {
    this.index = index;
    this.shardOf = shardOf;
  }

  static ShardedCheckpoint open(Path index) {
    Map<Path, Checkpoint> opened = new HashMap<>();
    Map<String, Checkpoint> shardOf = new HashMap<>();
    JsonNode map = weightMap(index);
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      Checkpoint shard =
          opened.computeIfAbsent(shard(index, entry.getValue()), SafetensorsCheckpoint::open);
      if (!shard.names().contains(entry.getKey())) {
        throw new ModelException(
            "%s says that %s lies in %s, where it is not"
                .formatted(index, entry.getKey(), shard.file()));
      }
      shardOf.put(entry.getKey(), shard);
    }
    requireAllNamed(index, opened, shardOf.keySet());
    return new ShardedCheckpoint(index, shardOf);
  }

  /** The files that an index names, in order of their names. */
  static Set<Path> shards(Path index) {
    Set<Path> shards = new TreeSet<>();
    weightMap(index).forEach(file -> shards.add(shard(index, file)));
    return shards;
  }

  private static JsonNode weightMap(Path index) {
    JsonNode map = ModelJson.read(index).path(WEIGHT_MAP);
    if (!map.isObject() || map.isEmpty()) {
      throw new ModelException(index + " has no " + WEIGHT_MAP);
    }
    return map;
  }

  /** Shards lie beside their index; a name that leads elsewhere is refused. */
  private static Path shard(Path index, JsonNode file) {
    String name = file.asText();
    if (!name.matches("[\\w.-]+\\.safetensors")) {
      throw new ModelException(
          "%s names the file \"%s\", which is no shard".formatted(index, name));
    }
    return index.resolveSibling(name);
  }

  private static void requireAllNamed(Path index, Map<Path, Checkpoint> opened, Set<String> named) {
    Set<String> stored = new HashSet<>();
    opened.values().forEach(shard -> stored.addAll(shard.names()));
    stored.removeAll(named);
    if (!stored.isEmpty()) {
      throw new ModelException("%s leaves out tensors of its shards: %s".formatted(index, stored));
    }
  }

  @Override
  public Path file() {
    return index;
  }

  @Override
  public Set<String> names() {
    return shardOf.keySet();
  }

  @Override
  public TensorShape shape(String name) {
    return find(name).shape(name);
  }

  @Override
  public Tensor read(String name) {
    return find(name).read(name);
  }

  private Checkpoint find(String name) {
    Checkpoint shard = shardOf.get(name);
    if (shard == null) {
      throw new ModelException("%s has no tensor %s".formatted(index, name));
    }
    return shard;
  }
}
