package dev.questream.app.command;

import dev.questream.app.runtime.ExitCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops cleanly on SIGTERM and SIGINT.
 *
 * <p>A virtual machine that is ended by a signal reports 128 + the signal's number. A clean stop is
 * a success, so the hook ends the process with status 0 itself when everything is closed.
 */
final class Shutdown {
  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  private Shutdown() {}

  /** Closes {@code closeable} when a signal comes; a normal end is left alone. */
  static Thread stopOnSignal(AutoCloseable closeable) {
    Thread hook =
        new Thread(
            () -> {
              LOG.info("Stopping");
              int status = close(closeable);
              Runtime.getRuntime().halt(status);
            },
            "questream-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  private static int close(AutoCloseable closeable) {
    try {
      closeable.close();
      LOG.info("Stopped");
      return ExitCode.OK.status();
    } catch (Exception e) {
      LOG.error("The stop was not clean", e);
      return ExitCode.FAILED.status();
    }
  }

  /** Takes the hook back before a normal end. */
  static void disarm(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("The process is stopping already", e);
    }
  }
}
