package dev.questream.app.command;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.InputFormat;
import dev.questream.app.io.InputReader;
import dev.questream.encoder.EncoderRole;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options by which a command takes a file of texts, or standard input. */
final class InputOptions {
  private static final String STANDARD = "-";

  @Option(
      names = "--input",
      defaultValue = STANDARD,
      paramLabel = "FILE|-",
      description = "Texts, plain or gzipped; - for standard input, the default.")
  private String name;

  @Option(
      names = "--input-format",
      paramLabel = "FORMAT",
      description =
          "text (one a line), jsonl ({\"id\",\"text\"}) or dpr (qa.csv; of passages psgs.tsv)."
              + " Default: by the file's name.")
  private InputFormat format;

  /** The file, unless it is standard input or nothing that can be read again, such as a pipe. */
  Optional<Path> file() {
    return Optional.of(name)
        .filter(n -> !n.equals(STANDARD))
        .map(Path::of)
        .filter(Files::isRegularFile);
  }

  /**
   * Reads what comes out of a channel of {@link #open}.
   *
   * @param idPrefix put before a number that stands for an id
   */
  InputReader reader(FileChannel channel, EncoderRole role, String idPrefix) throws IOException {
    if (format != null) {
      return new InputReader(stream(channel), format, role, idPrefix);
    }
    InputFormat guessed = name.equals(STANDARD) ? InputFormat.TEXT : InputFormat.of(Path.of(name));
    return InputReader.guessed(stream(channel), guessed, role, idPrefix);
  }

  private static InputStream stream(FileChannel channel) {
    return new FilterInputStream(Channels.newInputStream(channel)) {
      @Override
      public int available() {
        return 0; // a pipe would fail, because it has no position
      }
    };
  }

  /**
   * Opens it; an interrupt of the thread that reads it ends the reading.
   *
   * @throws FatalException if there is no such file
   */
  FileChannel open() throws IOException {
    try {
      return name.equals(STANDARD)
          ? new FileInputStream(FileDescriptor.in).getChannel()
          : FileChannel.open(Path.of(name));
    } catch (NoSuchFileException e) {
      throw new FatalException(ExitCode.ENVIRONMENT, "there is no file " + name, e);
    }
  }

  @Override
  public String toString() {
    return name.equals(STANDARD) ? "standard input" : name;
  }
}
