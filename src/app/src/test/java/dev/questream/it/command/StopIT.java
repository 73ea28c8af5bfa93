package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that are told to stop at moments of chance. */
class StopIT {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("questream.stop.rounds", 2);
  private static final int LATEST_MS = 9_000;

  /** 143: before Java has begun to listen, and where there is nothing to close. */
  private static final Integer[] STOPPED = {0, 143};

  private static final List<String> COMMANDS =
      List.of(
          "run",
          "tail",
          "ask Why?",
          "dlq list",
          "dlq replay",
          "rollover status --watch --interval 0.1 --new n --new-topic stop-e --new-dlq stop-d",
          "rollover refill --new n --new-topic stop-e --new-dlq stop-d",
          "encode --input texts");

  @TempDir static Path folder;
  private static Path config;

  @BeforeAll
  static void start() throws Exception {
    KafkaFixture kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder);
    StringBuilder settings = new StringBuilder();
    kafka
        .settings(Map.of("http.port", "-1"))
        .forEach((key, value) -> settings.append(key + "=" + value + "\n"));
    config = Files.writeString(folder.resolve("questream.properties"), settings);
    kafka.createTopics();
    Files.writeString(folder.resolve("texts"), "How far is the next star?\n".repeat(100_000));
    assertThat(
            launch("topics create --set embeddings.topic=stop-e --set dlq.topic=stop-d")
                .await()
                .status())
        .isZero();
  }

  private static Launched launch(String command) throws Exception {
    return Launched.application(folder, Map.of(), (command + " --config " + config).split(" "));
  }

  private record Stopped(String command, long afterMs, Launched launched) {}

  @Test
  void shouldPrintNoFailureWhenItIsToldToStop() throws Exception {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      List<Stopped> all = new ArrayList<>();
      for (String command : COMMANDS) {
        all.add(new Stopped(command, random.nextInt(LATEST_MS), launch(command)));
      }
      long start = System.nanoTime();
      all.sort((a, b) -> Long.compare(a.afterMs(), b.afterMs()));
      for (Stopped one : all) {
        Thread.sleep(Math.max(0, one.afterMs() - (System.nanoTime() - start) / 1_000_000));
        one.launched().process().destroy(); // SIGTERM
      }
      for (Stopped one : all) {
        Launched ended = one.launched().await();
        String err = ended.err();
        assertThat(ended.status())
            .as("%s after %d ms, seed %d: %s", one.command(), one.afterMs(), SEED, err)
            .isIn((Object[]) STOPPED);
        assertThat(err)
            .as("%s after %d ms, seed %d", one.command(), one.afterMs(), SEED)
            .doesNotContain("WARN", "ERROR", "Exception", "\tat ");
      }
    }
  }
}
