package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.provenance.Provenance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A folder of passage vectors that were read from a topic. It says how far the topic was when it
 * was read, once it is whole.
 *
 * <p><b>Threading:</b> one thread; from {@link #begin} on a lock keeps other writers out.
 */
public final class TopicShards implements AutoCloseable {
  private final Path folder;
  private final PassageCollection passages;
  private final StorageType storage;
  private final int shardPassages;
  private final String topicId;
  private PassageShards shards;

  /**
   * @param topicId of the topic, another one for one of the same name
   */
  public TopicShards(
      Path folder,
      PassageCollection passages,
      StorageType storage,
      int shardPassages,
      String topicId) {
    this.folder = folder;
    this.passages = passages;
    this.storage = storage;
    this.shardPassages = shardPassages;
    this.topicId = topicId;
  }

  /**
   * Takes the vectors that are there, if the topic has nothing new.
   *
   * @param ends where the topic ends, by partition
   * @return who made them; empty: they are to be read
   * @throws DataException if the folder holds vectors that are of no topic
   */
  public Optional<Provenance> kept(Map<Integer, Long> ends) throws IOException {
    if (!ShardManifest.isIn(folder)) {
      return Optional.empty();
    }
    ShardManifest found = ShardManifest.read(folder);
    if (!found.isOfTopic()) {
      throw new DataException(
          "%s holds vectors that were encoded by evaluate; name another folder with --passage-embeddings"
              .formatted(folder));
    }
    Provenance maker = found.provenance();
    if (!found.equals(manifest(maker, ends))) {
      return Optional.empty();
    }
    open(maker);
    return Optional.of(maker);
  }

  private ShardManifest manifest(Provenance maker, Map<Integer, Long> ends) {
    return ShardManifest.ofTopic(
        maker, passages, storage, shardPassages, topicId, new TreeMap<>(ends).toString());
  }

  private void open(Provenance maker) throws IOException {
    close();
    shards =
        PassageShards.unchecked(
            folder, passages.size(), maker.computed().dimensions(), storage, shardPassages);
  }

  /** Deletes what is there, and begins to take the vectors of a maker, in any order. */
  public ScatteredRows begin(Provenance maker) throws IOException {
    open(maker);
    shards.delete();
    return new ScatteredRows(shards);
  }

  /** Every passage has been written. */
  public void finish(Provenance maker, Map<Integer, Long> ends) throws IOException {
    shards.force();
    manifest(maker, ends).write(folder);
  }

  public Path folder() {
    return folder;
  }

  /** The vectors, once they are whole. */
  public PassageShards shards() {
    return shards;
  }

  /** Lets other writers in; vectors can still be read. */
  @Override
  public void close() throws IOException {
    if (shards != null) {
      shards.close();
    }
  }
}
