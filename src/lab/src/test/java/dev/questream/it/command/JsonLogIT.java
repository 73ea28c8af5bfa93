package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The log of real processes as JSON, and what they load. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(240)
class JsonLogIT {
  private static final Map<String, String> JSON_LOG = Map.of("QUESTREAM_LOG_FORMAT", "json");
  @TempDir Path folder;

  /** Every line must be an object with what a line is made of. */
  private static List<JsonNode> parse(Launched launched) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : launched.err().lines().toList()) {
      JsonNode json = new ObjectMapper().readTree(line);
      assertThat(json.isObject()).as(line).isTrue();
      assertThat(Instant.parse(json.path("time").asText())).isAfter(Instant.EPOCH);
      for (String field : List.of("level", "logger", "thread", "message")) {
        assertThat(json.path(field).asText()).as("%s of %s", field, line).isNotEmpty();
      }
      lines.add(json);
    }
    return lines;
  }

  @Test
  void shouldLogAFailureWithItsStackTrace() throws Exception {
    Launched run =
        Launched.questream(
                folder,
                JSON_LOG,
                "run",
                "--verbose",
                "--bootstrap-server",
                "localhost:1",
                "--set",
                "startup.timeout.ms=1000")
            .await();
    assertThat(run.status()).isEqualTo(4);
    List<JsonNode> lines = parse(run);
    JsonNode last = lines.get(lines.size() - 1);
    assertThat(last.path("level").asText()).isEqualTo("ERROR");
    assertThat(last.path("message").asText()).contains("localhost:1", "bootstrap.servers");
    assertThat(last.path("stack_trace").asText())
        .contains("FatalException", "\n\tat dev.questream.");
  }

  @Test
  void shouldLogADayAtWorkAndLoadNoTracing() throws Exception {
    Path classes = folder.resolve("classes.txt");
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    StringBuilder settings = new StringBuilder("log.format=json\n");
    kafka.settings(Map.of()).forEach((k, v) -> settings.append(k + "=" + v + "\n"));
    Path file = Files.writeString(folder.resolve("questream.properties"), settings);
    Launched run =
        Launched.questream(
            folder,
            Map.of("JAVA_OPTS", "-Xlog:class+load:file=" + classes),
            "run",
            "--config",
            file.toString());
    await().atMost(Duration.ofSeconds(120)).until(() -> run.err().contains("RUNNING"));
    kafka.ask(kafka.config(Map.of()), Map.of("a", " ", "b", "Who wrote Hamlet?"));
    assertThat(kafka.read(kafka.config(Map.of()), 2, Duration.ofSeconds(60))).hasSize(2);
    run.process().destroy();
    assertThat(run.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(parse(run).stream().map(line -> line.path("message").asText()))
        .contains("Stopping", "Stopped")
        .anyMatch(message -> message.startsWith("RUNNING: 6 partitions of topic "))
        .anyMatch(message -> message.contains("goes to the dead letters: empty-text"));
    assertThat(classes)
        .content()
        .contains("] dev.questream.app.tracing.Tracing ")
        .doesNotContain("] io.opentelemetry.", "] org.eclipse.jetty.");
  }
}
