package dev.questream.it.connect;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Programs that are run to their end. */
final class Command {
  private static final long LIMIT_SECONDS = 120;

  private Command() {}

  /**
   * Runs a program and gives back what it wrote to either stream.
   *
   * <p>The output goes through a file: a server that a program leaves behind would hold a pipe
   * open.
   *
   * @throws AssertionError if it fails or does not end; with its output
   */
  static String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("questream-command-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "%s runs longer than %d s".formatted(String.join(" ", command), LIMIT_SECONDS));
      }
      String said = Files.readString(output);
      if (process.exitValue() != 0) {
        throw new AssertionError(
            "%s: status %d%n%s".formatted(String.join(" ", command), process.exitValue(), said));
      }
      return said;
    } finally {
      Files.delete(output);
    }
  }

  static boolean succeeds(String... command) {
    try {
      run(command);
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  static String percentEncoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
