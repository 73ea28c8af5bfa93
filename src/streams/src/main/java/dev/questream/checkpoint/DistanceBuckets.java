package dev.questream.checkpoint;

/**
 * Which distances between two tokens MPNet takes for one: T5's buckets (Raffel et al. 2020, section
 * 2.1), half of them for each direction, the near ones of one distance each, the far ones wider and
 * wider, by the logarithm.
 *
 * <p>In float arithmetic, as {@code transformers} has it, so that borders fall alike.
 */
final class DistanceBuckets {
  static final int COUNT = 32;
  private static final int EACH_WAY = COUNT / 2;
  private static final int EXACT = EACH_WAY / 2;
  private static final int FURTHEST = 128;

  private DistanceBuckets() {}

  /**
   * The bucket of a distance.
   *
   * @param distance the key's position less the query's
   */
  static int of(int distance) {
    int far = Math.abs(distance);
    int bucket = far < EXACT ? far : Math.min(wide(far), EACH_WAY - 1);
    return distance > 0 ? EACH_WAY + bucket : bucket;
  }

  private static int wide(int far) {
    float share =
        (float) Math.log((float) far / EXACT) / (float) Math.log((double) FURTHEST / EXACT);
    return EXACT + (int) (share * (EACH_WAY - EXACT));
  }
}
