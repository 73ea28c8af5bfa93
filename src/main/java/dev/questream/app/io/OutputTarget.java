package dev.questream.app.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Where output goes: a file that appears only when it is complete, or standard output. */
public final class OutputTarget implements AutoCloseable {
  private final Path file;
  private final Path partial;
  private final OutputStream standardOutput;

  private OutputTarget(Path file, Path partial, OutputStream standardOutput) {
    this.file = file;
    this.partial = partial;
    this.standardOutput = standardOutput;
  }

  /**
   * @param name a file, or {@code -} for {@code standardOutput}
   */
  public static OutputTarget of(String name, OutputStream standardOutput) throws IOException {
    if (name.equals("-")) {
      return new OutputTarget(null, null, standardOutput);
    }
    Path file = Path.of(name).toAbsolutePath();
    Path partial = Files.createTempFile(file.getParent(), file.getFileName() + ".", ".part");
    partial.toFile().deleteOnExit(); // should the process be interrupted
    return new OutputTarget(file, partial, standardOutput);
  }

  /** A stream that is written once from start to end. */
  OutputStream stream() throws IOException {
    return partial == null ? standardOutput : Files.newOutputStream(partial);
  }

  /** A file whose parts can be rewritten before it is complete. */
  Path seekable() throws IOException {
    return partial == null ? Files.createTempFile("questream-", ".part") : partial;
  }

  /** Gives the output its name, or passes a seekable file on to standard output. */
  void commit(Path written) throws IOException {
    if (partial != null) {
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } else if (written != null) {
      try (FileChannel channel = FileChannel.open(written, StandardOpenOption.READ)) {
        java.nio.channels.Channels.newInputStream(channel).transferTo(standardOutput);
      }
      Files.deleteIfExists(written);
      standardOutput.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (partial != null) {
      Files.deleteIfExists(partial);
    }
  }
}
