package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A file of passages as it was found when it was read as a whole.
 *
 * @param path the file
 * @param size number of passages
 * @param sha256 lower-case hex SHA-256 of its plain content, gzipped or not
 * @param ids where each passage stands
 */
public record PassageCollection(Path path, int size, String sha256, PassageIds ids) {

  /**
   * Reads a file from start to end and checks every row.
   *
   * @param progress is told the number of passages read so far
   * @throws DataException if it is damaged, empty, or two passages have one id
   */
  public static PassageCollection scan(Path path, LongConsumer progress) {
    PassageIds.Builder ids = new PassageIds.Builder();
    try (PassageFile file = new PassageFile(path)) {
      int size = 0;
      for (Passage passage = file.next(); passage != null; passage = file.next()) {
        if (size == Integer.MAX_VALUE - 8) {
          throw new DataException(path + " has more than 2^31 passages; split it");
        }
        ids.add(passage.id());
        size++;
        progress.accept(size);
      }
      if (size == 0) {
        throw new DataException(path + " holds no passages");
      }
      return new PassageCollection(path, size, file.sha256(), ids.build(path));
    }
  }

  /** Opens the file for another pass. */
  public PassageFile open() {
    return new PassageFile(path);
  }
}
