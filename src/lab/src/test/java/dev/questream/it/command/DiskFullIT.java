package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.it.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is really full: a small tmpfs. Skipped where it cannot be mounted (it takes root).
 */
class DiskFullIT {
  @TempDir Path folder;
  private Path small;

  @BeforeEach
  void mount() throws Exception {
    small = Files.createDirectory(folder.resolve("small"));
    Assumptions.assumeTrue(
        succeeds("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString()),
        "no tmpfs can be mounted");
  }

  @AfterEach
  void unmount() throws Exception {
    succeeds("umount", small.toString());
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such program here
    }
  }

  @Test
  void shouldSayThatTheModelCannotBeKept() throws Exception {
    Path input = Files.writeString(folder.resolve("in.txt"), "text\n");
    Launched encode =
        Launched.questream(
                folder,
                Map.of(),
                "encode",
                "--input",
                input.toString(),
                "--set",
                "cache.dir=" + small)
            .await();
    assertThat(encode.status()).as(encode.err()).isEqualTo(5);
    assertThat(encode.err()).contains("No space left").contains("cache.dir");
    try (var left = Files.list(small)) {
      assertThat(left).as("nothing half-written is left").isEmpty();
    }
  }

  @Test
  void shouldSayThatTheDemoNeedsMoreRoom() throws Exception {
    Launched demo =
        Launched.questream(folder, Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + small), "demo")
            .await();
    assertThat(demo.status()).as(demo.err()).isEqualTo(5);
    assertThat(demo.err()).contains("MiB free").contains("java.io.tmpdir");
  }

  @Test
  void shouldLeaveNoOutputFileThatIsNotWhole() throws Exception {
    Path input = folder.resolve("in.txt");
    Files.writeString(input, "What is the tallest mountain?\n".repeat(3_000));
    Path output = small.resolve("out.jsonl");
    Launched encode =
        Launched.questream(
                folder,
                Map.of(),
                "encode",
                "--input",
                input.toString(),
                "--output",
                output.toString())
            .await();
    assertThat(encode.status()).as(encode.err()).isEqualTo(5);
    assertThat(encode.err()).contains("No space left");
    try (var left = Files.list(small)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldSayBeforeItBeginsThatPassageVectorsDoNotFit() throws Exception {
    Path questions = Files.writeString(folder.resolve("qa.csv"), "Who?\t['x']\n");
    StringBuilder passages = new StringBuilder("id\ttext\ttitle\n");
    for (int i = 1; i <= 6_000; i++) { // of 384 float32 each: 9 MB
      passages.append(i).append("\tx\ty\n");
    }
    Path file = Files.writeString(folder.resolve("psgs.tsv"), passages);
    Launched evaluate =
        Launched.questream(
                folder,
                Map.of(),
                "evaluate",
                "--questions",
                questions.toString(),
                "--passages",
                file.toString(),
                "--passage-embeddings",
                small.resolve("vectors").toString())
            .await();
    assertThat(evaluate.status()).as(evaluate.err()).isEqualTo(5);
    assertThat(evaluate.err())
        .contains("the vectors need 9 MiB more", "7 MiB are free", "--storage float16");
  }
}
