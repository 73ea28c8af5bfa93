package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes of their own, on a real broker and beside a running application. */
class QuietCommandsIT {
  private static final Pattern NOISE = Pattern.compile("WARN|ERROR|Exception|\\tat ");
  private static final String[] NEW = {
    "--new", "quiet-new", "--new-topic", "quiet-new-embeddings", "--new-dlq", "quiet-new-dlq"
  };

  @TempDir static Path folder;
  private static Path config;
  private static Launched running;

  @BeforeAll
  static void start() throws Exception {
    KafkaFixture kafka = new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder);
    StringBuilder settings = new StringBuilder();
    kafka
        .settings(Map.of("question.max.bytes", "500", "http.port", "-1"))
        .forEach((key, value) -> settings.append(key + "=" + value + "\n"));
    config = Files.writeString(folder.resolve("questream.properties"), settings);
    quiet(0, "topics", "create");
    running = launch("run");
    await().atMost(Duration.ofSeconds(90)).until(() -> running.err().contains("RUNNING"));
  }

  @AfterAll
  static void stop() throws Exception {
    running.process().destroy();
    assertThat(running.await().status()).isZero();
    assertThat(running.err()).endsWith(" Stopped" + System.lineSeparator());
    assertThat(running.err().lines().filter(line -> !line.contains("goes to the dead letters")))
        .noneMatch(NOISE.asPredicate());
  }

  private static Launched launch(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--config", config.toString()));
    return Launched.application(folder, Map.of(), all.toArray(String[]::new));
  }

  private static Launched quiet(int status, String... arguments) throws Exception {
    Launched ended = launch(arguments).await();
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    assertThat(ended.err()).doesNotContainPattern(NOISE);
    return ended;
  }

  private static void oneLine(int status, String said, String... arguments) throws Exception {
    Launched failed = quiet(status, arguments);
    assertThat(failed.err()).startsWith("questream: ").contains(said).hasLineCount(1);
  }

  private static String[] with(String[] more, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void shouldSayNothingThatNobodyNeedsToRead() throws Exception {
    quiet(0, "ask", "Who painted Guernica?");
    quiet(6, "ask", "x".repeat(600));
    quiet(0, "tail", "--from-beginning", "--limit", "1");
    quiet(0, "dlq", "list");
    quiet(0, "dlq", "replay");
    quiet(
        0,
        "topics",
        "create",
        "--set",
        "embeddings.topic=quiet-new-embeddings",
        "--set",
        "dlq.topic=quiet-new-dlq");
    Launched status = quiet(7, with(NEW, "rollover", "status", "--max-lag", "0"));
    assertThat(status.out()).contains("1 not read yet", "(0.0%)");
    quiet(0, with(NEW, "rollover", "refill", "--dry-run"));
    quiet(0, "model", "inspect", "bge-small-en-v1.5");
    Path input = Files.writeString(folder.resolve("in.txt"), "text\n");
    quiet(0, "encode", "--input", input.toString());
  }

  @Test
  void shouldFailInOneLine() throws Exception {
    oneLine(4, "connection refused", "tail", "--bootstrap-server", "localhost:1");
    String servers = KafkaFixture.broker().bootstrapServers();
    oneLine(
        4,
        "`questream topics create --bootstrap-server %s`".formatted(servers),
        "tail",
        "--set",
        "embeddings.topic=no-such-topic");
  }

  /** A log has time and level before it. */
  @Test
  void shouldRefuseAStateFolderInUse() throws Exception {
    Launched second = launch("run").await();
    assertThat(second.status()).as(second.err()).isEqualTo(5);
    assertThat(second.err())
        .contains("questream: another process uses the state.dir, " + folder)
        .doesNotContainPattern(NOISE);
  }
}
