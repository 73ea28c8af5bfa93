package dev.questream.lab.chaos;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.process.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One place for an application: its settings, its state folder, its log, and its process, if one
 * runs.
 *
 * <p><b>Threading:</b> one thread.
 */
final class Instance {
  /** Stands for the instance's name in settings that must differ. */
  private static final String NAME = "{instance}";

  private static final int HEAP_MIB = 256;

  /** Longer than the application's own limit for a clean stop. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final String name;
  private final Path state;
  private final Path temporary;
  private final Path settingsFile;
  private final Path log;
  private final List<String> encoder;
  private Child child;

  /**
   * @param encoder what the process is told of its encoder; nothing for the configured model
   */
  Instance(int index, Path folder, Map<String, String> settings, List<String> encoder) {
    this.name = "instance-" + index;
    this.state = folder.resolve(name);
    this.temporary = folder.resolve(name + "-tmp");
    this.settingsFile = folder.resolve(name + ".properties");
    this.log = folder.resolve(name + ".log");
    this.encoder = List.copyOf(encoder);
    Map<String, String> own = new TreeMap<>(settings);
    own.put(QuestreamConfig.STATE_DIR, state.toString());
    StringBuilder text = new StringBuilder();
    own.forEach(
        (key, value) ->
            text.append(key).append('=').append(value.replace(NAME, name)).append('\n'));
    try {
      Files.writeString(settingsFile, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return name;
  }

  /** Whether a process is meant to run here. */
  boolean up() {
    return child != null;
  }

  void start() {
    clean(temporary); // a killed process leaves the native library of its store behind
    List<String> arguments = new ArrayList<>(List.of(settingsFile.toString()));
    arguments.addAll(encoder);
    child =
        Child.start(ChaosApplication.class, ChildOptions.of(HEAP_MIB, temporary), log, arguments);
  }

  private static void clean(Path folder) {
    EmbeddedBroker.deleteFolder(folder);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean awaitReady(Duration limit) {
    return child.awaitReady(limit);
  }

  void kill() {
    child.kill();
    child = null;
  }

  /** SIGTERM; false if it did not end by itself. */
  boolean terminate() {
    boolean clean = child.terminate(STOP_LIMIT);
    child = null;
    return clean;
  }

  void suspend(Duration time) {
    child.suspend(time);
  }

  /** Deletes what a new machine would not have. */
  void wipe() {
    EmbeddedBroker.deleteFolder(state);
  }

  /** Whether the process that is meant to run has ended by itself. */
  boolean ended() {
    return child != null && !child.alive();
  }

  /** The exit status of a process that has ended. */
  int status() {
    return child.status();
  }
}
