package dev.questream.lab.bench.stream;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.process.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Further processes of the application that is measured: the same settings, the same group, virtual
 * machines with the options of this one.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Companions implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(150);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final long LOOK_MS = 100;
  private static final String LOG = "log";

  private final StreamStack.Layout layout;
  private final List<Child> children = new ArrayList<>();

  Companions(StreamStack.Layout layout) {
    this.layout = layout;
  }

  /**
   * Starts them and waits until each has joined the group.
   *
   * @param folder for their states and logs
   * @throws FatalException if one does not start
   */
  void start(QuestreamConfig config, Path folder) {
    for (int i = 2; i <= layout.processes(); i++) {
      children.add(startOne(config, layout.free(), folder(folder, i)));
    }
    for (int i = 0; i < children.size(); i++) {
      if (!children.get(i).awaitReady(START_LIMIT)) {
        throw new FatalException(
            ExitCode.FAILED,
            "a further process of the application did not start; its log ends with: "
                + lastLine(folder(folder, i + 2).resolve(LOG)));
      }
    }
  }

  private static Path folder(Path folder, int number) {
    return folder.resolve("process-" + number);
  }

  private static String lastLine(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "nothing" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static Child startOne(QuestreamConfig config, boolean free, Path folder) {
    Properties settings = new Properties();
    config.originals().forEach((key, value) -> settings.setProperty(key, value.toString()));
    settings.setProperty(QuestreamConfig.STATE_DIR, folder.resolve("state").toString());
    settings.remove(QuestreamConfig.HTTP_PORT); // this process has it
    settings.remove(QuestreamConfig.HTTP_EMBED_ENABLED);
    Path file = folder.resolve("settings.properties");
    try {
      Files.createDirectories(folder);
      try (Writer writer = Files.newBufferedWriter(file)) {
        settings.store(writer, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Child.start(
        BenchApplication.class,
        ManagementFactory.getRuntimeMXBean().getInputArguments(),
        folder.resolve(LOG),
        List.of(file.toString(), Boolean.toString(free)));
  }

  /**
   * Waits until this process has no more than its share of the partitions.
   *
   * @throws FatalException if that takes too long
   */
  void awaitShared(QuestreamApplication application) {
    int processes = layout.processes();
    int share = (layout.partitions() + processes - 1) / processes;
    long end = System.nanoTime() + START_LIMIT.toNanos();
    try {
      while (application.activeTasks() > share) {
        if (System.nanoTime() - end > 0) {
          throw new FatalException(
              ExitCode.FAILED,
              "the partitions were not shared among %d processes within %d s"
                  .formatted(processes, START_LIMIT.toSeconds()));
        }
        application.requireAlive();
        Thread.sleep(LOOK_MS);
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * @throws FatalException if one has ended
   */
  void requireAlive() {
    for (Child child : children) {
      if (!child.alive()) {
        throw new FatalException(
            ExitCode.FAILED,
            "a further process of the application has ended with status " + child.status());
      }
    }
  }

  @Override
  public void close() {
    Thread.interrupted(); // the signal that asks for it must not cut it short
    children.forEach(child -> child.terminate(STOP_LIMIT));
  }
}
