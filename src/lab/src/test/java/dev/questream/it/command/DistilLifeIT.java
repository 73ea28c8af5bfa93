package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.engine.TinyModelFolder;
import dev.questream.it.Launched;
import dev.questream.lab.distil.TinyDistillation;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Distillations that are killed, stopped, or run out of room, as processes of their own. */
class DistilLifeIT {
  private static final String[] RECIPE = {
    "--epochs", "8", "--batch", "2", "--learning-rate", "0.003", "--supervised", "1"
  };

  @TempDir static Path shared;
  private static TinyDistillation files;

  @TempDir Path folder;
  private Path mounted;

  @BeforeAll
  static void prepare() throws IOException {
    files = TinyDistillation.in(shared);
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted != null) {
      succeeds("umount", mounted.toString());
    }
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such program here
    }
  }

  private Launched distil(String output, String... more) throws IOException {
    return distil(Map.of(), files.model(), output, more);
  }

  private Launched distil(
      Map<String, String> environment, Path student, String output, String... more)
      throws IOException {
    List<String> arguments = files.arguments(student, folder.resolve(output), more);
    return Launched.questream(folder, environment, arguments.toArray(String[]::new));
  }

  private static String[] with(String[] options, String... more) {
    return Stream.of(options, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  private static void await(Launched process, Callable<Boolean> condition) {
    Awaitility.await()
        .pollInterval(java.time.Duration.ofMillis(2))
        .atMost(java.time.Duration.ofMinutes(2))
        .until(() -> condition.call() || !process.process().isAlive());
  }

  /** The number of the last checkpoint. */
  private static int checkpoint(Path work) {
    Path training = work.resolve("training");
    if (!Files.exists(training)) {
      return 0;
    }
    try (Stream<Path> checkpoints = Files.list(training)) {
      return checkpoints
          .map(path -> path.getFileName().toString())
          .filter(name -> name.matches("checkpoint-\\d+"))
          .mapToInt(name -> Integer.parseInt(name.substring(name.indexOf('-') + 1)))
          .max()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0; // one is moved just now
    }
  }

  private static List<String> hashes(Path model) throws IOException {
    List<String> hashes = new ArrayList<>();
    try (Stream<Path> all = Files.walk(model)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        hashes.add(model.relativize(file) + " " + Sha256.of(file));
      }
    }
    return hashes;
  }

  private static List<String> epochs(Launched run) {
    return run.out().lines().filter(line -> line.matches("epoch \\d+: loss.*")).toList();
  }

  /**
   * By a reader, with dropout, a checkpoint behind every step, killed at random moments: the model
   * is that of a run that was left alone, which keeps none between epochs.
   */
  @Test
  void shouldComeToTheSameModelHoweverOftenItIsKilled() throws Exception {
    String[] options = with(RECIPE, "--dropout", "0.1", "--reader", files.reader().toString());
    Launched alone = distil("alone/model", options).await();
    assertThat(alone.status()).as(alone.out() + alone.err()).isZero();
    assertThat(epochs(alone)).hasSize(8);

    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path work = folder.resolve("killed/model.work");
    String[] often = with(options, "--checkpoint-minutes", "0");
    Launched first = distil("killed/model", often);
    await(first, () -> Files.exists(work.resolve("course/scores.jsonl")));
    first.process().destroyForcibly().waitFor();
    int kills = 1;
    for (int next = 1 + random.nextInt(8); kills < 6; next += 1 + random.nextInt(10)) {
      int wanted = next;
      Launched run = distil("killed/model", often);
      await(run, () -> checkpoint(work) >= wanted);
      Thread.sleep(random.nextInt(20)); // somewhere in the next step, checkpoint or evaluation
      assertThat(run.process().isAlive()).as("seed %d: %s", seed, run.err()).isTrue();
      run.process().destroyForcibly().waitFor();
      kills++;
    }
    Launched last = distil("killed/model", often).await();
    assertThat(last.status()).as("seed %d: %s", seed, last.out() + last.err()).isZero();
    assertThat(last.out()).containsPattern("continuing behind step \\d+, in epoch \\d+, from ");
    assertThat(hashes(folder.resolve("killed/model")))
        .as("seed %d", seed)
        .isEqualTo(hashes(folder.resolve("alone/model")));
    assertThat(epochs(alone)).containsAll(epochs(last));
    assertThat(work).doesNotExist();
  }

  /** SIGTERM keeps the best so far, and the same command goes on; another recipe does not. */
  @Test
  void shouldStopWhereItIsAskedTo() throws Exception {
    String[] options = {
      "--teacher-scores",
      files.scores().toString(),
      "--epochs",
      "5000",
      "--learning-rate",
      "0.0003",
      "--batch",
      "4"
    };
    Launched stopped = distil("stopped", options);
    await(stopped, () -> stopped.out().contains("the best so far"));
    stopped.process().destroy();
    stopped.await();
    assertThat(stopped.status()).as(stopped.err()).isEqualTo(143);
    assertThat(stopped.out()).containsPattern("wrote .*stopped, the model after epoch \\d+");
    assertThat(stopped.out()).containsPattern("stopped behind step [\\d,]+, in epoch \\d+");
    assertThat(folder.resolve("stopped/model.safetensors")).exists();

    String[] other = with(options);
    other[5] = "0.0004";
    Launched refused = distil("stopped", other).await();
    assertThat(refused.status()).as(refused.err()).isEqualTo(2);
    assertThat(refused.err())
        .contains("--learning-rate was 3.0E-4 and is 4.0E-4")
        .contains("remove it", folder.resolve("stopped.work/training").toString());

    Launched resumed = distil("stopped", options);
    await(resumed, () -> resumed.out().contains("continuing behind step"));
    resumed.process().destroyForcibly().waitFor();
    assertThat(resumed.out()).as(resumed.err()).contains("continuing behind step");

    Path questions = files.questions();
    String before = Files.readString(questions);
    try {
      Files.writeString(questions, before.replaceFirst("\\?", "!"));
      Launched others = distil("stopped", options).await();
      assertThat(others.status()).as(others.err()).isEqualTo(2);
      assertThat(others.err()).contains("the questions learnt from was");
    } finally {
      Files.writeString(questions, before);
    }
  }

  /** A student that is larger than the heap. */
  @Test
  void shouldNeedNoHeapForTheStudent() throws Exception {
    Path student = Files.createDirectory(folder.resolve("large"));
    long width = 120_000;
    TinyCheckpoint large = TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, 1);
    for (int layer = 0; layer < TinyCheckpoint.LAYERS; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      large.reshaped(prefix + "intermediate.dense.weight", width, TinyCheckpoint.HIDDEN);
      large.reshaped(prefix + "intermediate.dense.bias", width);
      large.reshaped(prefix + "output.dense.weight", TinyCheckpoint.HIDDEN, width);
    }
    TinyModelFolder.dpr(student, large);
    Files.writeString(
        student.resolve("config.json"),
        TinyCheckpoint.CONFIG.replace(
            "\"intermediate_size\": 64", "\"intermediate_size\": " + width));
    assertThat(Files.size(student.resolve("model.safetensors"))).isGreaterThan(60_000_000);
    String[] options = {
      "--teacher-scores",
      files.scores().toString(),
      "--epochs",
      "3",
      "--learning-rate",
      "0.003",
      "--batch",
      "100000"
    };
    Launched run = distil(Map.of("JAVA_OPTS", "-Xmx48m"), student, "learnt", options).await();
    assertThat(run.status()).as(run.out() + run.err()).isZero();
    assertThat(folder.resolve("learnt/model.safetensors")).exists();
  }

  private Path smallDisk(int mebibytes) throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    Assumptions.assumeTrue(
        succeeds(
            "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", small.toString()),
        "no tmpfs can be mounted");
    mounted = small;
    return small;
  }

  private static Path fill(Path disk) throws IOException {
    Path filler = disk.resolve("filler");
    try (var out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(new byte[4096]);
      }
    } catch (IOException full) {
      return filler;
    }
  }

  /** The disk of the checkpoints fills up; with room again, the last whole one is gone on with. */
  @Test
  void shouldGoOnWhenADiskThatWasFullHasRoom() throws Exception {
    Path work = smallDisk(24).resolve("work");
    String[] scored = with(RECIPE, "--reader", files.reader().toString());
    scored[1] = "400";
    String[] options = with(scored, "--work", work.toString(), "--checkpoint-minutes", "0");
    Launched full = distil("learnt", options);
    await(full, () -> checkpoint(work) > 2);
    Path filler = fill(mounted);
    full.await();
    assertThat(full.status()).as(full.out() + full.err()).isEqualTo(5);
    assertThat(full.err())
        .containsPattern("checkpoint-\\d+ cannot be written \\(.*No space left")
        .contains("run the same again");
    int kept = checkpoint(work);
    assertThat(kept).isPositive();

    Launched refused = distil("other", with(scored, "--work", work + "2")).await();
    assertThat(refused.status()).as(refused.err()).isEqualTo(5);
    assertThat(refused.err()).containsAnyOf("cannot be written", "are free");

    Files.delete(filler);
    Launched resumed = distil("learnt", options);
    await(resumed, () -> checkpoint(work) > kept);
    resumed.process().destroyForcibly().waitFor();
    assertThat(resumed.out()).as(resumed.err()).contains("continuing behind step");
  }

  /** The disk of the model is full: what has been learnt is there when it has room. */
  @Test
  void shouldWriteTheModelWhenThereIsRoom() throws Exception {
    Path output = smallDisk(2).resolve("learnt");
    String[] options = with(RECIPE, "--teacher-scores", files.scores().toString());
    String[] elsewhere = with(options, "--work", folder.resolve("work").toString());
    Launched full = distil(output.toString(), elsewhere);
    await(full, () -> checkpoint(folder.resolve("work")) > 0);
    Path filler = fill(mounted);
    full.await();
    assertThat(full.status()).as(full.out() + full.err()).isEqualTo(5);
    assertThat(full.err()).contains(output + " cannot be written").contains("run the same again");
    assertThat(output).doesNotExist();

    Files.delete(filler);
    Launched again = distil(output.toString(), elsewhere).await();
    assertThat(again.status()).as(again.out() + again.err()).isZero();
    assertThat(again.out()).contains("continuing behind step 48, in epoch 9");
    assertThat(output.resolve("model.safetensors")).exists();
    assertThat(folder.resolve("work/training")).doesNotExist();
    assertThat(folder.resolve("work/course")).exists();
  }
}
