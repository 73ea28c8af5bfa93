package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.FatalException;
import dev.questream.lab.retrieval.search.Ranking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of work, and what they are of. */
class WorkFolderTest {
  private static final Identity ONE = new Identity(Map.of("--epochs", "3", "--batch", "32"));
  private static final Identity OTHER = new Identity(Map.of("--epochs", "4", "--seed", "1"));

  @TempDir Path folder;

  @Test
  void shouldKeepOtherProcessesOut() throws IOException {
    Path path = folder.resolve("work");
    try (WorkFolder work = WorkFolder.open(path)) {
      assertThat(work.course()).isEqualTo(path.resolve("course"));
      assertThatThrownBy(() -> WorkFolder.open(path))
          .isInstanceOf(FatalException.class)
          .hasMessageContaining("another process works in")
          .hasMessageContaining("--work");
    }
    assertThat(path).doesNotExist();
    WorkFolder.open(path).close();
  }

  @Test
  void shouldSayThatItCannotBeMade() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> WorkFolder.open(file.resolve("work")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("file/work cannot be written")
        .hasMessageContaining("--work");
  }

  @Test
  void shouldKeepWhatIsThere() throws IOException {
    Path path = folder.resolve("work");
    try (WorkFolder work = WorkFolder.open(path)) {
      ONE.claim(work.course());
      ONE.claim(work.training());
      Files.writeString(work.course().resolve("scores.jsonl"), "");
    }
    assertThat(path.resolve("course/scores.jsonl")).exists();
    assertThat(path.resolve("training")).doesNotExist();
  }

  @Test
  void shouldRefuseWorkOfSomethingElse() throws IOException {
    Path training = folder.resolve("training");
    ONE.claim(training);
    OTHER.claim(training); // nothing is lost yet
    Files.createDirectory(training.resolve("checkpoint-000001"));
    OTHER.claim(training);
    assertThatThrownBy(() -> ONE.claim(training))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining(training.toString())
        .hasMessageContaining("--epochs was 4 and is 3")
        .hasMessageContaining("--seed was 1 and is nothing")
        .hasMessageContaining("--batch was nothing and is 32")
        .hasMessageContaining("remove it");
  }

  @Test
  void shouldSayWhatIsDamaged() throws IOException {
    Path training = folder.resolve("training");
    ONE.claim(training);
    Files.writeString(training.resolve("made-of.json"), "{\"--epochs\": ");
    Files.createDirectory(training.resolve("checkpoint-000001"));
    assertThatThrownBy(() -> ONE.claim(training)).hasMessageContaining("training is damaged");
    Files.writeString(training.resolve("checkpoint-000001/state.json"), "{");
    assertThatThrownBy(() -> new Checkpoints(training).state())
        .hasMessageContaining("checkpoint-000001 is damaged")
        .hasMessageContaining("remove it");
  }

  @Test
  void shouldReadTheCandidatesThatItWrote() throws IOException {
    Path file = folder.resolve("candidates");
    List<Ranking> rankings =
        List.of(
            new Ranking(new int[] {7, 0}, new float[] {2, 1}),
            new Ranking(new int[0], new float[0]));
    CandidatePositions.write(file, rankings);
    List<Ranking> found = CandidatePositions.read(file);
    assertThat(found).hasSize(2);
    assertThat(found.get(0).positions()).containsExactly(7, 0);
    assertThat(found.get(1).positions()).isEmpty();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> CandidatePositions.read(file))
          .hasMessageContaining("candidates is damaged");
    }
    Files.write(file, new byte[] {0, 0, 0, 1, 127, 127, 127, 127});
    assertThatThrownBy(() -> CandidatePositions.read(file)).hasMessageContaining("is damaged");
  }

  @Test
  void shouldRefuseAFolderThatSaysNothing() throws IOException {
    Path training = Files.createDirectory(folder.resolve("training"));
    Files.writeString(training.resolve("note.txt"), "mine");
    assertThatThrownBy(() -> ONE.claim(training)).hasMessageContaining("nothing says what it is");
    assertThat(training.resolve("note.txt")).exists();
  }

  /** What was there is whole, and the place that was taken is free again. */
  @Test
  void shouldLeaveNothingThatIsNotWhole() throws IOException {
    Path file = folder.resolve("kept");
    WorkFolder.writeFile(file, part -> Files.writeString(part, "whole"));
    assertThatThrownBy(
            () ->
                WorkFolder.writeFile(
                    file,
                    part -> {
                      Files.writeString(part, "ha");
                      throw new IOException("No space left on device");
                    }))
        .hasMessageContaining("kept cannot be written (No space left on device)");
    assertThat(file).hasContent("whole");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }
}
