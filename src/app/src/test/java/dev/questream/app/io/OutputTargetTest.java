package dev.questream.app.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputTargetTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream standardOutput = new ByteArrayOutputStream();

  private OutputTarget target(Path file) throws IOException {
    return OutputTarget.of(file.toString(), standardOutput);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void write(OutputTarget target, String text) throws IOException {
    try (OutputStream out = target.stream()) {
      out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Test
  void shouldGiveTheFileItsNameAtCommit() throws IOException {
    Path file = folder.resolve("out");
    try (OutputTarget target = target(file)) {
      write(target, "vectors");
      assertThat(file).doesNotExist();
      target.commit(null);
      assertThat(file).hasContent("vectors");
    }
    assertThat(files()).containsExactly(file);
  }

  @Test
  void shouldLeaveNothingWithoutCommit() throws IOException {
    try (OutputTarget target = target(folder.resolve("out"))) {
      write(target, "half of the vec");
      assertThat(files()).as("the partial file lies beside its place").hasSize(1);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void shouldReplaceAnOlderFileOnlyAtCommit() throws IOException {
    Path file = Files.writeString(folder.resolve("out"), "old");
    try (OutputTarget target = target(file)) {
      write(target, "half");
    }
    assertThat(file).hasContent("old");
    try (OutputTarget target = target(file)) {
      write(target, "new");
      assertThat(file).hasContent("old");
      target.commit(null);
    }
    assertThat(file).hasContent("new");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void shouldTakeARelativeName() throws IOException {
    try (OutputTarget target = OutputTarget.of("target/output-target-test", standardOutput)) {
      write(target, "x");
      target.commit(null);
    }
    assertThat(Path.of("target/output-target-test")).hasContent("x");
    Files.delete(Path.of("target/output-target-test"));
  }

  @Test
  void shouldFailAtOnceWhenTheFolderIsMissing() {
    assertThatThrownBy(() -> target(folder.resolve("missing").resolve("out")))
        .isInstanceOf(NoSuchFileException.class);
  }

  /** Readable for whom other new files of the user are readable. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldGiveTheFileThePermissionsOfAnyNewFile() throws IOException {
    Path ordinary = Files.writeString(folder.resolve("ordinary"), "x");
    Path file = folder.resolve("out");
    try (OutputTarget target = target(file)) {
      write(target, "x");
      target.commit(null);
    }
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(Files.getPosixFilePermissions(ordinary));
  }

  /** Such as {@code /dev/null} and {@code /dev/stdout}, which must not be replaced by a file. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldNotReplaceWhatIsNoRegularFile() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Path read = folder.resolve("read");
    Process reader =
        new ProcessBuilder("cat", pipe.toString()).redirectOutput(read.toFile()).start();
    try (OutputTarget target = target(pipe)) {
      try (OutputStream out = target.stream()) {
        out.write("through the pipe".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        target.commit(null);
      }
    }
    assertThat(reader.waitFor(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    assertThat(read).hasContent("through the pipe");
    assertThat(Files.readAttributes(pipe, java.nio.file.attribute.BasicFileAttributes.class))
        .matches(attributes -> attributes.isOther(), "is still a pipe");
  }

  @Test
  void shouldPassASeekableFileOnToStandardOutput() throws IOException {
    try (OutputTarget target = OutputTarget.of("-", standardOutput)) {
      Path file = target.seekable();
      Files.writeString(file, "matrix");
      assertThat(standardOutput.size()).isZero();
      target.commit(file);
      assertThat(standardOutput).hasToString("matrix");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void shouldNotCloseStandardOutput() throws IOException {
    boolean[] closed = {false};
    OutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    try (OutputTarget target = OutputTarget.of("-", out)) {
      target.stream().write('x');
      target.commit(null);
    }
    assertThat(closed[0]).isFalse();
  }
}
