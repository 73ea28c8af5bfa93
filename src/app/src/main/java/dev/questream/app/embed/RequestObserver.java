package dev.questream.app.embed;

import java.util.function.IntSupplier;

/**
 * Hears of requests for vectors, for metrics.
 *
 * <p><b>Threading:</b> must be safe for any thread.
 */
public interface RequestObserver {

  /** A request was answered. */
  void answered(String protocol, int status, long nanos);

  /** Takes what says how many texts wait; called once. */
  void watch(IntSupplier waitingTexts);
}
