package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import java.util.concurrent.CountDownLatch;

/**
 * Makes SIGTERM and SIGINT a stop at the next moment where nothing is half done. The process ends
 * when the command has kept what it has, with the status of the signal (128 and its number).
 *
 * <p><b>Threading:</b> {@link #check} may be called by any thread.
 */
final class Stop implements AutoCloseable {
  private final Thread hook;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean requested;

  /** Thrown where a stop was asked for. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Stop(Console console) {
    this.hook = new Thread(() -> await(console), "questream-stop");
  }

  /** From now on, until it is closed, a signal is a stop. */
  static Stop arm(Console console) {
    Stop stop = new Stop(console);
    try {
      Runtime.getRuntime().addShutdownHook(stop.hook);
    } catch (IllegalStateException e) {
      stop.requested = true;
    }
    return stop;
  }

  private void await(Console console) {
    requested = true;
    console.err().println("stopping; what is done is kept");
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * To be called where a stop does no harm.
   *
   * @throws Stopped if there was a signal
   */
  void check() {
    if (requested) {
      throw new Stopped();
    }
  }

  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the process ends
    }
  }
}
