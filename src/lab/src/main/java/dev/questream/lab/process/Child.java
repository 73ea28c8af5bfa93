package dev.questream.lab.process;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Java process of this program's own classes. It ends with its parent (see {@link ParentWatch}),
 * writes its log to a file, and says on standard output when it is ready.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class Child {
  private static final Logger LOG = LoggerFactory.getLogger(Child.class);
  private static final String READY = "ready";

  private final Process process;
  private final CountDownLatch ready = new CountDownLatch(1);

  private Child(Process process) {
    this.process = process;
    Thread reader = new Thread(this::awaitReadyLine, "questream-child-" + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Starts a process.
   *
   * @param options of its virtual machine
   * @param log takes what it logs, behind what is there
   * @throws FatalException if it cannot be started
   */
  public static Child start(Class<?> main, List<String> options, Path log, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    try {
      return new Child(
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "a process of this machine's Java cannot be started: " + e, e);
    }
  }

  /** What a child does. */
  public interface Body {
    void run() throws Exception;
  }

  /**
   * In the child: runs what it is there for, as long as its parent lives. Whatever that throws, the
   * process ends with status 1.
   */
  public static void run(Body body) {
    ParentWatch.start();
    try {
      body.run();
    } catch (Throwable e) {
      LOG.error("The process ends", e);
      Runtime.getRuntime().halt(ExitCode.FAILED.status());
    }
  }

  /** In the child: says that it is ready. */
  @SuppressWarnings("SystemOut") // the pipe to the parent
  public static void reportReady() {
    System.out.println(READY);
    System.out.flush();
  }

  private void awaitReadyLine() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(READY)) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      LOG.trace("The process is gone", e);
    }
  }

  /** Waits until it is ready; false if it is not by then, or has ended. */
  public boolean awaitReady(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (System.nanoTime() < end && process.isAlive()) {
        if (ready.await(50, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  public boolean alive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    waitFor(Duration.ofSeconds(10));
  }

  /** SIGTERM; after the limit SIGKILL. False if that was needed. */
  public boolean terminate(Duration limit) {
    process.destroy();
    if (waitFor(limit)) {
      return true;
    }
    kill();
    return false;
  }

  private boolean waitFor(Duration limit) {
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new InterruptException(e);
    }
  }

  /**
   * SIGSTOP, and SIGCONT after a time. A process of its own does it, so that nothing stays stopped
   * when this program is killed meanwhile.
   */
  public void suspend(Duration time) {
    String script =
        "kill -STOP %1$d; sleep %2$d.%3$03d; kill -CONT %1$d"
            .formatted(process.pid(), time.toSeconds(), time.toMillisPart());
    try {
      Process shell =
          new ProcessBuilder("sh", "-c", script)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      shell.waitFor();
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "a process cannot be suspended without sh and kill: " + e, e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Its exit status; 128 + n where signal n ended it. */
  public int status() {
    return process.exitValue();
  }
}
