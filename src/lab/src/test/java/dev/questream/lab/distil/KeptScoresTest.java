package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.Passage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptScoresTest {
  private static final List<Passage> CANDIDATES =
      List.of(new Passage("7", "title", "text"), new Passage("\"8\"", "title", "text"));
  private static final float[] FIRST = {0.1f, -3e-20f};
  private static final float[] SECOND = {(float) Math.PI, 12345.678f};

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void keep() throws IOException {
    file = folder.resolve("scores.jsonl");
    try (KeptScores kept = KeptScores.open(file)) {
      assertThat(kept.next("who?", CANDIDATES)).isNull();
      kept.add("who?", CANDIDATES, FIRST);
      kept.add("what?\n", CANDIDATES, SECOND);
    }
  }

  @Test
  void shouldGiveWhatWasKeptBitByBit() throws IOException {
    try (KeptScores kept = KeptScores.open(file)) {
      assertThat(kept.next("who?", CANDIDATES)).containsExactly(FIRST);
      assertThat(kept.next("what?\n", CANDIDATES)).containsExactly(SECOND);
      assertThat(kept.next("where?", CANDIDATES)).isNull();
    }
  }

  @Test
  void shouldBeReadAsTeacherScores() {
    assertThat(ScoreFile.read(file).scores("who?", CANDIDATES)).containsExactly(FIRST);
  }

  /** Wherever the file was cut: what is not whole is made again, and the file is as it was. */
  @Test
  void shouldDropAQuestionThatIsNotWhole() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    int first = whole.length - 1;
    for (int lines = 0; lines < 2; first--) {
      lines += whole[first - 1] == '\n' ? 1 : 0;
    }
    for (int length = first + 1; length < whole.length; length += 7) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      try (KeptScores kept = KeptScores.open(file)) {
        assertThat(kept.next("who?", CANDIDATES)).as("cut at %d", length).containsExactly(FIRST);
        assertThat(kept.next("what?\n", CANDIDATES)).as("cut at %d", length).isNull();
        assertThat(file).hasSize(first + 1L);
        kept.add("what?\n", CANDIDATES, SECOND);
      }
      assertThat(file).hasBinaryContent(whole);
    }
  }

  @Test
  void shouldRefuseWhatItHasNotWritten() throws IOException {
    Files.writeString(file, Files.readString(file).replace("what?", "why?"));
    try (KeptScores kept = KeptScores.open(file)) {
      kept.next("who?", CANDIDATES);
      assertThatThrownBy(() -> kept.next("what?\n", CANDIDATES))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("scores.jsonl, line 3");
    }
  }

  @Test
  void shouldNameTheFileWhereTheDiskIsFull() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full));
    try (KeptScores kept = KeptScores.open(full)) {
      assertThatThrownBy(() -> kept.add("who?", CANDIDATES, FIRST))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/dev/full cannot be written")
          .hasMessageContaining("run the same again");
    }
  }
}
