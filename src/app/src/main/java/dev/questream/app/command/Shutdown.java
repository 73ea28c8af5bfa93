package dev.questream.app.command;

import dev.questream.app.console.EarlyStop;
import dev.questream.app.console.ExitCode;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes SIGTERM and SIGINT a clean stop with exit status 0.
 *
 * <p>The signal interrupts the thread that runs the command, which then closes what it has opened,
 * as at any other end. A virtual machine that is ended by a signal would report 128 + the signal's
 * number, so the shutdown hook ends the process itself when the command is through.
 */
public final class Shutdown {
  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
  private static final long LIMIT_SECONDS = 30;

  private final Thread command = Thread.currentThread();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean requested;
  private boolean closing; // guarded by this

  /** A command that can be stopped. */
  public interface Body {
    int run(Shutdown shutdown) throws Exception;
  }

  private Shutdown() {}

  /** Runs a command until it ends by itself or a signal interrupts it. */
  public static int guard(Body body) throws Exception {
    Shutdown shutdown = new Shutdown();
    Thread hook = new Thread(shutdown::stop, "questream-shutdown");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      return ExitCode.OK.status(); // the stop has come before anything has begun
    }
    EarlyStop.disarm();
    try {
      return body.run(shutdown);
    } catch (Exception
        | Error e) { // a library that starts while the process stops may throw errors
      if (!shutdown.requested) {
        throw e;
      }
      LOG.debug("Interrupted by a signal", e);
      return ExitCode.OK.status();
    } finally {
      shutdown.ended.countDown();
      disarm(hook);
    }
  }

  private void stop() {
    requested = true;
    LOG.info("Stopping");
    int status = ExitCode.FAILED.status();
    try {
      if (interruptUntilEnded()) {
        LOG.info("Stopped");
        status = ExitCode.OK.status();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }

  /** Again and again: some library on the way may swallow an interrupt. */
  private boolean interruptUntilEnded() throws InterruptedException {
    for (int i = 0; i < LIMIT_SECONDS * 2; i++) {
      synchronized (this) {
        if (!closing) {
          command.interrupt();
        }
      }
      if (ended.await(500, TimeUnit.MILLISECONDS)) {
        return true;
      }
    }
    return false;
  }

  /** From now on the command closes what it has opened, and must not be interrupted any more. */
  public synchronized void closing() {
    closing = true;
    Thread.interrupted();
  }

  private static void disarm(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("The process is stopping already", e);
    }
  }
}
