package dev.questream.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.testing.ConstantBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker goes away at any moment of a start, and comes back before the start gives up. */
@Timeout(300)
class StartWithoutBrokerIT {
  private static final Map<String, String> QUICK =
      Map.of("broker.session.timeout.ms", "1000", "broker.heartbeat.interval.ms", "200");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int STARTS = Integer.getInteger("questream.starts", 4);
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  /** A start needs about so long where nothing is in its way. */
  private static final int USUAL_MS = 1_500;

  @TempDir Path folder;

  private final ExecutorService background = Executors.newSingleThreadExecutor();

  @Test
  void shouldStartAllTheSame() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0, QUICK);
    int port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
    try {
      KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
      QuestreamConfig config = kafka.config(Map.of());
      List<String> asked = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        String id = "q" + i;
        kafka.ask(config, Map.of(id, "Is anybody there?"));
        asked.add(id);
        EmbeddedBroker leaving = broker;
        int afterMs = random.nextInt(USUAL_MS);
        int awayMs = random.nextInt(4_000);
        CompletableFuture<EmbeddedBroker> back =
            CompletableFuture.supplyAsync(
                () -> returning(leaving, port, afterMs, awayMs), background);
        try (QuestreamApplication application =
            FaultyApplication.open(config, new ConstantBackend())) {
          broker = back.join();
          assertThat(KafkaFixture.embeddings(kafka.read(config, asked.size(), LIMIT)))
              .as("away after %d ms, for %d ms", afterMs, awayMs)
              .extracting(QuestionEmbedding::getId)
              .containsExactlyInAnyOrderElementsOf(asked);
          application.requireAlive();
        }
      }
    } finally {
      background.shutdown();
      broker.close();
    }
  }

  private EmbeddedBroker returning(EmbeddedBroker broker, int port, int afterMs, int awayMs) {
    sleep(afterMs);
    broker.close();
    sleep(awayMs);
    return EmbeddedBroker.start(folder.resolve("broker"), port, QUICK);
  }

  private static void sleep(int ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
