package dev.questream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeOld() throws IOException {
    file = Files.writeString(folder.resolve("file"), "old");
  }

  private void requireAlone(String content) {
    assertThat(folder.toFile().list()).containsExactly("file");
    assertThat(file).hasContent(content);
  }

  @Test
  void shouldReplaceAFileWhenTheNewOneIsWhole() throws IOException {
    long size =
        AtomicFile.write(
            file,
            part -> {
              Files.writeString(part, "new");
              assertThat(file).hasContent("old");
              return Files.size(part);
            });
    assertThat(size).isEqualTo(3);
    requireAlone("new");
  }

  @Test
  void shouldLeaveTheOldFileWhereWritingFails() {
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    part -> {
                      Files.writeString(part, "half");
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    requireAlone("old");
  }

  @Test
  void shouldOverwriteWhatAKilledProcessLeft() throws IOException {
    Path part = Files.writeString(folder.resolve("file.part"), "a longer half");
    AtomicFile.write(file, part, target -> Files.writeString(target, "new"));
    requireAlone("new");
  }
}
