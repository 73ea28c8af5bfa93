package dev.questream.lab.retrieval.vector;

/**
 * Passage vectors, read once from start to end.
 *
 * <p><b>Threading:</b> one thread at a time.
 */
public interface VectorReader extends AutoCloseable {

  /** Elements of a vector. */
  int dimensions();

  /**
   * Reads the next vectors.
   *
   * @param vectors receives them as float32, one after the other; as many as fit are read
   * @param positions receives for each the position of its passage, counted from 0
   * @return how many were read; 0 at the end
   * @throws dev.questream.app.io.DataException if the data is damaged, cut or of other dimensions
   */
  int read(float[] vectors, int[] positions);

  @Override
  void close();
}
