package dev.questream.app.command;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * How many lines of a file Kafka has confirmed, all before them included; kept beside the file
 * until it is sent to its end. With the lines go their hash and the topic's own id, so that another
 * file or another topic of the same name is noticed.
 *
 * <p><b>Threading:</b> one thread.
 */
final class ProducedLines {
  private static final String TOPIC = "topic.id";
  private static final String LINES = "lines";
  private static final String HASH = "sha256";

  private final Path file;
  private final Path state;
  private final String topicId;
  private final LineHash before;

  /**
   * @param topicId changes when the topic is made anew
   * @param restart whether to forget an earlier run
   * @throws FatalException if the earlier run was to another topic
   */
  ProducedLines(Path file, String topicId, boolean restart) {
    this.file = file;
    this.state = file.resolveSibling(file.getFileName() + ".produced");
    this.topicId = topicId;
    this.before = restart ? LineHash.NONE : read();
  }

  private LineHash read() {
    Properties found = new Properties();
    try (Reader reader =
        Files.exists(state) ? Files.newBufferedReader(state) : Reader.nullReader()) {
      found.load(reader);
      if (found.isEmpty()) {
        return LineHash.NONE;
      }
      if (!topicId.equals(found.getProperty(TOPIC))) {
        throw refused("was being sent to another topic, or the topic was made anew");
      }
      return new LineHash(Long.parseLong(found.getProperty(LINES)), found.getProperty(HASH));
    } catch (IOException e) {
      throw new UncheckedIOException(state + " cannot be read", e);
    } catch (IllegalArgumentException e) {
      throw refused("has a damaged " + state.getFileName());
    }
  }

  /** The lines that an earlier run has sent. */
  long count() {
    return before.lines();
  }

  /**
   * Compares what has been read with what an earlier run has sent.
   *
   * @param reached the lines up to {@link #count}, or up to the end
   * @throws FatalException if they are others
   */
  void check(LineHash reached) {
    if (!reached.equals(before)) {
      throw refused(
          "is no longer what it was when its first %,d lines were sent".formatted(count()));
    }
  }

  private FatalException refused(String why) {
    return new FatalException(
        ExitCode.USAGE, "%s %s; --restart sends it from its first line".formatted(file, why));
  }

  /** Remembers how far it came, in one step. */
  void confirmed(LineHash lines) {
    Properties found = new Properties();
    found.setProperty(TOPIC, topicId);
    found.setProperty(LINES, Long.toString(lines.lines()));
    found.setProperty(HASH, lines.sha256());
    try {
      AtomicFile.write(
          state,
          state.resolveSibling("." + state.getFileName() + ".part"),
          part -> {
            try (Writer writer = Files.newBufferedWriter(part)) {
              found.store(writer, "Questream: lines of " + file.getFileName() + " that were sent");
            }
            return part;
          });
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "%s cannot be written (%s); `questream produce < %s` needs no such file, and starts from the"
                  .formatted(state, e.getMessage(), file)
              + " first line each time",
          e);
    }
  }

  /** All was sent: the next run sends it again. */
  void finished() {
    try {
      Files.deleteIfExists(state);
    } catch (IOException e) {
      throw new UncheckedIOException(state + " cannot be deleted", e);
    }
  }
}
