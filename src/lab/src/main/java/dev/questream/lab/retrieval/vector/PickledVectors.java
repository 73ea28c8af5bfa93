package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.PassageCollection;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * Vectors from pickles, each found its passage by its id. Passages without a vector are never found
 * (DPR's own shards leave out the last few); how many they are is known at the end.
 */
public final class PickledVectors implements VectorReader {
  private final List<Path> files;
  private final PassageCollection passages;
  private final BitSet seen = new BitSet();
  private EmbeddingPickle pickle;
  private EmbeddingPickle.Row ahead;
  private int nextFile;
  private final int dimensions;

  /**
   * @param files in any order
   * @throws DataException if the first is no such pickle
   */
  public PickledVectors(List<Path> files, PassageCollection passages) {
    this.files = List.copyOf(files);
    this.passages = passages;
    this.ahead = nextRow();
    if (ahead == null) {
      throw new DataException("there is no vector in " + files);
    }
    this.dimensions = ahead.vector().length;
  }

  private EmbeddingPickle.Row nextRow() {
    while (true) {
      if (pickle == null) {
        if (nextFile == files.size()) {
          return null;
        }
        pickle = new EmbeddingPickle(files.get(nextFile++));
      }
      EmbeddingPickle.Row row = pickle.next();
      if (row != null) {
        return row;
      }
      pickle.close();
      pickle = null;
    }
  }

  @Override
  public int dimensions() {
    return dimensions;
  }

  @Override
  public int read(float[] vectors, int[] positions) {
    int limit = Math.min(vectors.length / dimensions, positions.length);
    int count = 0;
    for (; count < limit && ahead != null; ahead = nextRow()) {
      if (ahead.vector().length != dimensions) {
        throw refused(
            "has %d dimensions, the first has %d".formatted(ahead.vector().length, dimensions));
      }
      System.arraycopy(ahead.vector(), 0, vectors, count * dimensions, dimensions);
      positions[count++] = position();
    }
    return count;
  }

  private int position() {
    String id = ahead.id();
    int position = passages.ids().position(id);
    if (position < 0 && id.indexOf(':') >= 0) { // later versions of DPR write wiki:1
      position = passages.ids().position(id.substring(id.indexOf(':') + 1));
    }
    if (position < 0) {
      throw refused("has an id that no passage of %s has".formatted(passages.path()));
    }
    if (seen.get(position)) {
      throw refused("comes twice");
    }
    seen.set(position);
    return position;
  }

  private DataException refused(String what) {
    return new DataException(
        "%s: the vector of passage %s %s".formatted(files.get(nextFile - 1), ahead.id(), what));
  }

  /** Passages that had no vector among those read so far. */
  public int missing() {
    return passages.size() - seen.cardinality();
  }

  @Override
  public void close() {
    if (pickle != null) {
      pickle.close();
    }
  }
}
