package dev.questream.app.io;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Where output goes: a file that appears only when it is complete; or standard output, or something
 * that is there and no regular file (a pipe, a device), which are written as they are.
 */
public final class OutputTarget implements AutoCloseable {
  private final Path file;
  private final Path partial;
  private final OutputStream direct;

  private OutputTarget(Path file, Path partial, OutputStream direct) {
    this.file = file;
    this.partial = partial;
    this.direct = direct;
  }

  /**
   * @param name a file, or {@code -} for {@code standardOutput}
   */
  public static OutputTarget of(String name, OutputStream standardOutput) throws IOException {
    if (name.equals("-")) {
      return new OutputTarget(null, null, new CheckedStream(standardOutput));
    }
    Path file = Path.of(name).toAbsolutePath();
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      return new OutputTarget(file, null, Files.newOutputStream(file, StandardOpenOption.WRITE));
    }
    Path whole = Files.exists(file) ? file.toRealPath() : file;
    Path partial = whole.resolveSibling(whole.getFileName() + "." + UUID.randomUUID() + ".part");
    Files.createFile(partial);
    partial.toFile().deleteOnExit(); // should the process be interrupted
    return new OutputTarget(whole, partial, null);
  }

  /** Writes the whole of an output at once. */
  public static void write(String name, OutputStream standardOutput, String content)
      throws IOException {
    try (OutputTarget target = of(name, standardOutput)) {
      OutputStream out = target.stream();
      try {
        out.write(content.getBytes(StandardCharsets.UTF_8));
      } finally {
        target.closeStream(out);
      }
      target.commit(null);
    }
  }

  /** A stream that is written once from start to end. */
  public OutputStream stream() throws IOException {
    return partial == null ? direct : Files.newOutputStream(partial);
  }

  /** Closes what {@link #stream} gave; standard output stays open. */
  void closeStream(OutputStream stream) throws IOException {
    if (file != null) {
      stream.close();
    }
  }

  /** A file whose parts can be rewritten before it is complete. */
  Path seekable() throws IOException {
    if (partial != null) {
      return partial;
    }
    Path temporary = Files.createTempFile("questream-", ".part");
    temporary.toFile().deleteOnExit();
    return temporary;
  }

  /** Gives the output its name, or passes a seekable file on to where it cannot be rewritten. */
  public void commit(Path written) throws IOException {
    if (partial != null) {
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
    } else {
      if (written != null) {
        Files.copy(written, direct);
        Files.deleteIfExists(written);
      }
      direct.flush();
    }
  }

  @Override
  public void close() throws IOException {
    if (partial != null) {
      Files.deleteIfExists(partial);
    } else if (file != null) {
      direct.close();
    }
  }

  /** A print stream swallows what goes wrong; here it is thrown. */
  private static final class CheckedStream extends FilterOutputStream {
    CheckedStream(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      check();
    }

    @Override
    public void flush() throws IOException {
      out.flush();
      check();
    }

    private void check() throws IOException {
      if (out instanceof PrintStream print && print.checkError()) {
        throw new IOException("standard output cannot be written");
      }
    }
  }
}
