package dev.questream.app.thread;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Makes schedulers of one daemon thread. */
public final class DaemonScheduler {
  private DaemonScheduler() {}

  /**
   * @param name of the thread
   */
  public static ScheduledExecutorService named(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }
}
