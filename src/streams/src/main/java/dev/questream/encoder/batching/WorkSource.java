package dev.questream.encoder.batching;

import java.util.List;

/**
 * Where workers get batches from, and whom they tell how it went. For each batch exactly one of
 * {@link #encoded}, {@link #failed} and {@link #hung} is called.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
interface WorkSource {

  /**
   * Waits for a batch; null means that there will be none any more.
   *
   * @param first whether this worker is the first to be woken of those that wait
   */
  Batch next(boolean first);

  /** The model gave a vector for each text. */
  void encoded(Batch batch, List<float[]> vectors, long nanos);

  /**
   * The model failed.
   *
   * @param modelWorks whether it still takes a text of special tokens alone; true where it was not
   *     tried
   */
  void failed(Batch batch, Throwable failure, boolean modelWorks);

  /** The call took too long and was given up. */
  void hung(Batch batch);

  /** No worker can be had any more. */
  void broken(String message, Throwable cause);
}
