package dev.questream.app.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of the last minutes, numbered from 0; the oldest go.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class History {
  private final int capacity;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>(); // guarded by this
  private long next; // guarded by this

  History(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Samples in their order.
   *
   * @param next the number that the sample after them will have
   */
  record Part(List<Sample> samples, long next) {}

  synchronized void add(Sample sample) {
    samples.addLast(sample);
    next++;
    if (samples.size() > capacity) {
      samples.removeFirst();
    }
  }

  /** Those from a number on that are still there; all for a number of another start. */
  synchronized Part from(long number) {
    long oldest = next - samples.size();
    long skipped = number > next ? 0 : Math.max(0, number - oldest);
    return new Part(new ArrayList<>(samples).subList((int) skipped, samples.size()), next);
  }
}
