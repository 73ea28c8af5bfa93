package dev.questream.engine;

import java.nio.FloatBuffer;

/**
 * Inner products, in float32, of one matrix of questions with block after block of passages.
 *
 * <p><b>Threading:</b> any number of sessions may be open, each used by one thread at a time.
 */
public interface InnerProducts extends AutoCloseable {

  /** Makes inner products with the given questions. */
  interface Factory {
    /**
     * @param questions [count, dimensions], row after row; not to be modified afterwards
     */
    InnerProducts of(float[] questions, int dimensions);
  }

  /** Opens a session. */
  Session openSession();

  @Override
  void close();

  /** One thread's block of passages. */
  interface Session extends AutoCloseable {

    /**
     * Takes the next block.
     *
     * @param passages [rows, dimensions], row after row; may be longer, and is copied
     */
    void load(float[] passages, int rows);

    /**
     * Scores of some questions with all passages of the block.
     *
     * @param from the first question
     * @param to the one behind the last
     * @return [to - from, rows], row after row; valid until the next call
     */
    FloatBuffer scores(int from, int to);

    @Override
    void close();
  }
}
