package dev.questream.it;

import dev.questream.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A run of the command line as a process of its own, with what it wrote. */
public record Launched(Process process, Path outFile, Path errFile) {
  private static final long LIMIT_SECONDS = 300;
  private static final String QUICK = "-XX:TieredStopAtLevel=1"; // as the tests' own

  /** By the launcher, as a person does: all commands. */
  public static Launched questream(
      Path folder, Map<String, String> environment, String... arguments) throws IOException {
    Map<String, String> quick = new HashMap<>(environment);
    quick.merge("JAVA_OPTS", QUICK, (options, more) -> more + " " + options);
    return run(folder, quick, List.of(Repository.path("questream").toString()), arguments);
  }

  /** As the image does: the commands of operation, without lab and broker. */
  public static Launched application(
      Path folder, Map<String, String> environment, String... arguments) throws IOException {
    Path target = Repository.path("src/app/target");
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            QUICK,
            "-cp",
            target.resolve("questream-app.jar") + File.pathSeparator + target.resolve("lib/*"),
            "dev.questream.app.Main");
    return run(folder, environment, java, arguments);
  }

  private static Launched run(
      Path folder, Map<String, String> environment, List<String> program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "launched-", ".out");
    Path err = Files.createTempFile(folder, "launched-", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new Launched(process, out, err);
  }

  public Launched await() throws InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + LIMIT_SECONDS + " s: " + err());
    }
    return this;
  }

  public int status() {
    return process.exitValue();
  }

  public String out() {
    return read(outFile);
  }

  public String err() {
    return read(errFile);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
