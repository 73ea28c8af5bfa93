package dev.questream.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaAnswers;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Requests over HTTP take nothing from the stream's promise. */
@Timeout(500)
class EmbedLoadIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final int QUESTIONS = 400;
  @TempDir Path folder;

  /** Asks for vectors again and again, from a thread of its own. */
  private static final class HttpLoad implements AutoCloseable {
    final AtomicInteger answered = new AtomicInteger();
    private final int port;
    private final Thread thread = new Thread(this::ask);
    private volatile boolean over;

    HttpLoad(int port) {
      this.port = port;
      thread.start();
    }

    private void ask() {
      HttpClient client = HttpClient.newHttpClient();
      for (int i = 0; !over; i++) {
        String body = "{\"input\":[\"urgent %d\",\"one more %d\"]}".formatted(i, i);
        try {
          int status =
              client
                  .send(
                      HttpRequest.newBuilder(
                              URI.create("http://localhost:%d/v1/embeddings".formatted(port)))
                          .header("Content-Type", "application/json")
                          .POST(HttpRequest.BodyPublishers.ofString(body))
                          .build(),
                      BodyHandlers.discarding())
                  .statusCode();
          answered.addAndGet(status == 200 ? 1 : 0);
        } catch (IOException e) { // it is being killed, or has not started yet
          pause();
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    private static void pause() {
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }

    @Override
    public void close() throws InterruptedException {
      over = true;
      thread.join();
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldAnswerEveryQuestionOnceThoughItIsKilled() throws Exception {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Map<String, String> settings =
        kafka.settings(
            Map.of(
                "http.port", Integer.toString(port),
                "http.embed.enabled", "true",
                "encoder.cache.bytes", "0",
                "profile", "latency"));
    QuestreamConfig config = new QuestreamConfig(settings);
    Map<String, String> questions = new HashMap<>();
    for (int i = 0; i < QUESTIONS; i++) {
      questions.put("q" + i, "What is number %d good for?".formatted(i));
    }
    kafka.ask(config, questions);
    Path file = folder.resolve("run.properties");
    Properties properties = new Properties();
    properties.putAll(settings);
    try (var out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
    }
    Launched first = Launched.application(folder, Map.of(), "run", "--config", file.toString());
    Launched second = null;
    try (HttpLoad load = new HttpLoad(port);
        KafkaAnswers committing = new KafkaAnswers(config)) {
      await(first.errFile().toString())
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !first.process().isAlive() || committing.any());
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> !first.process().isAlive() || load.answered.get() > 0);
      first.process().destroyForcibly().waitFor(); // SIGKILL
      int before = load.answered.get();
      int committed = kafka.read(config, QUESTIONS, Duration.ofSeconds(3)).size();
      assertThat(before).as("answers over HTTP: %s", first.err()).isPositive();
      assertThat(committed).as("killed in the middle").isBetween(1, QUESTIONS - 1);
      second = Launched.application(folder, Map.of(), "run", "--config", file.toString());
      List<Answer> answers = kafka.read(config, QUESTIONS, LIMIT);
      assertThat(answers.stream().map(KafkaFixture::key))
          .as(second.err())
          .containsExactlyInAnyOrderElementsOf(questions.keySet());
      assertThat(load.answered.get()).as("after the restart too").isGreaterThan(before);
      second.process().destroy(); // SIGTERM
      assertThat(second.await().status()).as(second.err()).isZero();
    } finally {
      first.process().destroyForcibly();
      if (second != null) {
        second.process().destroyForcibly();
      }
    }
  }
}
