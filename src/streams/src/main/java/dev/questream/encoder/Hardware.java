package dev.questream.encoder;

/**
 * What a backend runs on, and how it wants to be fed where the user does not say otherwise.
 *
 * @param name of the devices, such as {@code cpu} or {@code cuda:0,cuda:1}
 * @param workers sessions that keep the devices busy
 * @param minBatchTokens tokens under which a batch gains from merging
 * @param maxBatchTokens tokens from which on a larger batch gains no more
 */
public record Hardware(String name, int workers, int minBatchTokens, int maxBatchTokens) {

  private static final String PROCESSOR = "cpu";
  private static final int MIN_BATCH_TOKENS = 256;

  /** The weights are read from memory once a batch; at this size that is no longer felt. */
  private static final int MAX_BATCH_TOKENS = 4096;

  /**
   * In float32 the products take so long that a quarter of it is as fast, and a batch of a large
   * model takes two seconds and not ten, for which everything behind it would have to wait.
   */
  private static final int MAX_FP32_BATCH_TOKENS = 1024;

  /** Whether the model runs on the processor. */
  public boolean isProcessor() {
    return name.equals(PROCESSOR);
  }

  /** All cores of this machine, one session each. */
  public static Hardware cpu(Precision precision) {
    return new Hardware(
        PROCESSOR,
        Runtime.getRuntime().availableProcessors(),
        MIN_BATCH_TOKENS,
        multipliesFloat32(precision) ? MAX_FP32_BATCH_TOKENS : MAX_BATCH_TOKENS);
  }

  /** float16 is the format of weights alone on the processor. */
  private static boolean multipliesFloat32(Precision precision) {
    return precision == Precision.FP32 || precision == Precision.FP16;
  }
}
