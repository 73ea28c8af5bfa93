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

  /** All cores of this machine, one session each. */
  public static Hardware cpu() {
    return new Hardware("cpu", Runtime.getRuntime().availableProcessors(), 256, 4096);
  }
}
