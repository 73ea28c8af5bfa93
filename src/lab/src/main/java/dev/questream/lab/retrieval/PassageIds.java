package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Where each passage id stands in its file. Ids that are 1, 2, 3, ... in order, as in {@code
 * psgs_w100.tsv}, take no memory; others about 100 bytes each.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class PassageIds {
  private static final int UNKNOWN = -1;

  private final int size;
  private final Map<String, Integer> positions; // null: the ids count from 1

  private PassageIds(int size, Map<String, Integer> positions) {
    this.size = size;
    this.positions = positions;
  }

  /** The position of a passage, counted from 0, or -1 if there is none of this id. */
  public int position(String id) {
    if (positions != null) {
      return positions.getOrDefault(id, UNKNOWN);
    }
    if (id.isEmpty() || id.length() > 10 || id.charAt(0) == '0' || !digits(id)) {
      return UNKNOWN;
    }
    long number = Long.parseLong(id);
    return number <= size ? (int) number - 1 : UNKNOWN;
  }

  private static boolean digits(String id) {
    return id.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Collects the ids of a file in order. */
  static final class Builder {
    private int size;
    private Map<String, Integer> positions;
    private Twice twice;

    private record Twice(String id, int first, int second) {}

    void add(String id) {
      if (positions == null && !id.equals(Integer.toString(size + 1))) {
        positions = new HashMap<>();
        for (int i = 0; i < size; i++) {
          positions.put(Integer.toString(i + 1), i);
        }
      }
      if (positions != null) {
        Integer other = positions.put(id, size);
        if (other != null && twice == null) {
          twice = new Twice(id, other, size);
        }
      }
      size++;
    }

    PassageIds build(Path path) {
      if (twice != null) {
        throw new DataException(
            "%s: the id %s is given to two passages, number %,d and number %,d; ids must be unique"
                .formatted(path, twice.id(), twice.first() + 1, twice.second() + 1));
      }
      return new PassageIds(size, positions);
    }
  }
}
