package dev.questream.lab.chaos.guarantee;

import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The times at which something was broken that may repeat answers under {@code at_least_once}.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class Crashes {
  private final NavigableSet<Long> times = new TreeSet<>(); // guarded by this

  /**
   * Something is broken from one time to another: killed and restarted, suspended and continued.
   */
  public synchronized void add(long atMs) {
    times.add(atMs);
  }

  /** Whether one lies between two times. */
  synchronized boolean between(long fromMs, long toMs) {
    Long next = times.ceiling(fromMs);
    return next != null && next <= toMs;
  }
}
