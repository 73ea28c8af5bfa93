package dev.questream.engine;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Texts of a batch laid end to end without padding, texts of one length beside each other.
 *
 * @param ids token ids of all texts, packed; behind them zeros, up to {@link #rows}
 * @param positions position of each token in its text
 * @param groups pairs (length, number of texts) for each run of equally long texts, flattened
 * @param order {@code order[row]} is the index in the batch of the text that is packed as {@code
 *     row}
 */
@SuppressWarnings("ArrayRecordComponent") // arrays go to native memory as they are
record PackedBatch(long[] ids, long[] positions, long[] groups, int[] order) {
  /** A question that comes alone has so few that every row is felt. */
  private static final int FEW = 64;

  private static final int FEW_STEP = 4;
  private static final int SOME = 256;
  private static final int SOME_STEP = 8;
  private static final int STEP = 64;

  static PackedBatch of(List<int[]> texts) {
    int[] order = byLength(texts);
    int rows = rows(texts.stream().mapToInt(text -> text.length).sum());
    long[] ids = new long[rows];
    long[] positions = new long[rows];
    List<Long> groups = new ArrayList<>();
    int next = 0;
    int run = 0;
    for (int row = 0; row < order.length; row++) {
      int[] text = texts.get(order[row]);
      for (int i = 0; i < text.length; i++) {
        ids[next] = text[i];
        positions[next++] = i;
      }
      run++;
      if (row + 1 == order.length || texts.get(order[row + 1]).length != text.length) {
        groups.add((long) text.length);
        groups.add((long) run);
        run = 0;
      }
    }
    return new PackedBatch(
        ids, positions, groups.stream().mapToLong(Long::longValue).toArray(), order);
  }

  /**
   * Rows for so many tokens: a few more, so that there are few different numbers of them. oneDNN
   * compiles kernels for each and keeps them; with every number of tokens of its own, memory grew
   * by half a megabyte a batch.
   */
  static int rows(int tokens) {
    int step = tokens <= FEW ? FEW_STEP : tokens <= SOME ? SOME_STEP : STEP;
    return (tokens + step - 1) / step * step;
  }

  private static int[] byLength(List<int[]> texts) {
    Integer[] indices = new Integer[texts.size()];
    Arrays.setAll(indices, i -> i);
    Arrays.sort(indices, Comparator.comparingInt(i -> texts.get(i).length));
    return Arrays.stream(indices).mapToInt(Integer::intValue).toArray();
  }

  /** What graphs take. */
  NDList inputs(NDManager manager) {
    return new NDList(
        manager.create(ids),
        manager.create(positions),
        manager.create(groups, new Shape(groups.length / 2, 2)));
  }

  /** Number of texts. */
  int size() {
    return order.length;
  }

  /**
   * Rows of {@code flat}, a [size, dimensions] matrix in packed order, in the order of the batch.
   */
  List<float[]> unpack(float[] flat, int dimensions) {
    if (flat.length != size() * dimensions) {
      throw new IllegalStateException(
          "the model returned %d floats for %d texts of %d dimensions"
              .formatted(flat.length, size(), dimensions));
    }
    float[][] rows = new float[size()][];
    for (int row = 0; row < size(); row++) {
      rows[order[row]] = Arrays.copyOfRange(flat, row * dimensions, (row + 1) * dimensions);
    }
    return Arrays.asList(rows);
  }
}
