package dev.questream.lab.retrieval.search;

import dev.questream.app.io.DataException;

/**
 * How a search uses its memory, whatever the number of passages.
 *
 * @param topK passages to find for each question
 * @param workers threads
 * @param blockPassages passages that a worker takes at a time
 * @param chunkQuestions questions that it scores with them at a time
 * @param bytes what all of it takes
 */
public record SearchPlan(int topK, int workers, int blockPassages, int chunkQuestions, long bytes) {
  private static final int MAX_CHUNK = 512;
  private static final int MIN_BLOCK = 64;
  private static final int MAX_BLOCK = 4096;
  private static final long MEBIBYTE = 1 << 20;

  /**
   * Plans the largest blocks, up to where larger ones gain nothing, that fit.
   *
   * @param memory bytes that the search may take
   * @throws DataException if not even the smallest blocks fit; the message says what would
   */
  public static SearchPlan of(long memory, int questions, int dimensions, int topK, int workers) {
    int chunk = Math.min(questions, MAX_CHUNK);
    long fixed = fixed(questions, dimensions, topK, workers);
    int block = MAX_BLOCK;
    while (block > MIN_BLOCK && fixed + blocks(workers, block, chunk, dimensions) > memory) {
      block /= 2;
    }
    long bytes = fixed + blocks(workers, block, chunk, dimensions);
    if (bytes > memory) {
      throw new DataException(
          "the search of %,d questions needs %,d MiB with %d workers; raise --search-memory"
              .formatted(questions, bytes / MEBIBYTE + 1, workers));
    }
    return new SearchPlan(topK, workers, block, chunk, bytes);
  }

  /** How many questions at a time leave half of the memory to the passages; 1 or more. */
  public static int questions(long memory, int dimensions, int topK, int workers) {
    long most = memory / 2 / fixed(1, dimensions, topK, workers);
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most));
  }

  /** The questions, here and in the library; and each worker's best passages, and the result. */
  private static long fixed(int questions, int dimensions, int topK, int workers) {
    return 2L * questions * dimensions * Float.BYTES
        + (workers + 1L) * questions * BestPassages.bytes(topK);
  }

  /** Each worker's passages, here and in the library, their positions, and a chunk of scores. */
  private static long blocks(int workers, long block, int chunk, int dimensions) {
    return workers * Float.BYTES * (2 * block * dimensions + block * (chunk + 2L));
  }
}
