package dev.questream.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.it.KafkaFixture;
import dev.questream.it.Launched;
import dev.questream.testing.Repository;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher and the packaged application as real processes. */
@DisabledOnOs(OS.WINDOWS)
class CommandLineIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  private Launched launch(String... arguments) throws IOException {
    return Launched.questream(folder, Map.of(), arguments);
  }

  private Path configFile(KafkaFixture kafka) throws IOException {
    StringBuilder text = new StringBuilder();
    kafka
        .settings(Map.of("question.max.bytes", "500"))
        .forEach((k, v) -> text.append(k + "=" + v + "\n"));
    return Files.writeString(folder.resolve("questream.properties"), text);
  }

  @Test
  void shouldRunAskTailAndStopCleanly() throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder);
    String config = configFile(kafka).toString();

    Launched missing = launch("run", "--config", config).await();
    assertThat(missing.status()).isEqualTo(4);
    assertThat(missing.err()).contains("missing").contains("questream topics create");

    assertThat(launch("topics", "create", "--config", config).await().status()).isZero();

    Launched run = launch("run", "--config", config);
    await().atMost(Duration.ofSeconds(60)).until(() -> run.err().contains("RUNNING"));

    Launched ask =
        launch("ask", "Who painted Guernica?", "--id", "q-1", "--config", config).await();
    assertThat(ask.status()).as(ask.err()).isZero();
    assertThat(ask.out())
        .contains("q-1")
        .contains("Who painted Guernica?")
        .contains("384 dimensions, norm 1.0000")
        .contains("bge-small-en-v1.5")
        .contains("ms from produce to committed");

    Launched rejected = launch("ask", "x".repeat(600), "--config", config).await();
    assertThat(rejected.status()).isEqualTo(6);
    assertThat(rejected.out()).contains("question.max.bytes");

    Launched tail =
        launch("tail", "--json", "--from-beginning", "--limit", "1", "--config", config).await();
    assertThat(tail.status()).isZero();
    JsonNode json = JSON.readTree(tail.out());
    assertThat(json.path("id").asText()).isEqualTo("q-1");
    assertThat(json.path("embedding").size()).isEqualTo(384);

    long start = System.nanoTime();
    run.process().destroy(); // SIGTERM
    assertThat(run.process().waitFor(10, TimeUnit.SECONDS)).as("stops within 10 s").isTrue();
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  /** The settings come from a pipe: whoever opens it too knows that they are being read. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void shouldStopWithSuccessWhileItReadsItsSettings() throws Exception {
    Path pipe = folder.resolve("settings");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Launched run = launch("run", "--config", pipe.toString());
    try (OutputStream open = Files.newOutputStream(pipe)) {
      run.process().destroy(); // SIGTERM
      assertThat(run.process().waitFor(10, TimeUnit.SECONDS)).as("stops within 10 s").isTrue();
      assertThat(run.status()).as(run.err()).isZero();
    }
  }

  @Test
  void shouldTakeSettingsFromTheEnvironmentAndLetFlagsWin() throws Exception {
    Launched launched =
        Launched.questream(
                folder,
                Map.of(
                    "QUESTREAM_BOOTSTRAP_SERVERS", "localhost:1",
                    "QUESTREAM_QUESTIONS_TOPIC", "from-environment"),
                "topics",
                "create",
                "--bootstrap-server",
                broker.bootstrapServers(),
                "--set",
                "dlq.topic=from-flag")
            .await();
    assertThat(launched.status()).as(launched.err()).isZero();
    assertThat(launched.out()).contains("from-environment").contains("from-flag");
  }

  @Test
  void shouldShowTheWholeDemo() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Launched demo =
        Launched.questream(
                folder,
                Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary),
                "demo",
                "--limit",
                "60")
            .await();
    assertThat(demo.status()).as(demo.err()).isZero();
    assertThat(demo.out())
        .contains("60 asked, 60 embedded, 0 dead letters")
        .contains("the answering passage came first for")
        .contains("p50")
        .contains("questions/s");
    assertThat(demo.err()).contains("✓ Kafka").contains("RUNNING").doesNotContain("WARN");
    try (var left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("questream-demo-")))
          .as("the temporary folder is gone")
          .isEmpty();
    }
  }

  @Test
  void shouldAskTheUsersOwnQuestionsAndReportTheRejectedOnes() throws Exception {
    Path questions = folder.resolve("questions.txt");
    Files.writeString(questions, "Where do penguins breed?\n\nWhat is a quark?\n");
    Launched demo = launch("demo", "--questions", questions.toString()).await();
    assertThat(demo.status()).as(demo.err()).isEqualTo(6);
    assertThat(demo.out()).contains("3 asked, 2 embedded, 1 dead letters");
  }

  @Test
  void shouldSendAVeryLargeQuestionToTheDeadLettersAndGoOn() throws Exception {
    Path questions = folder.resolve("questions.txt");
    Files.writeString(questions, "x ".repeat(523_000) + "\nWhat is a quark?\n");
    Launched demo = launch("demo", "--questions", questions.toString()).await();
    assertThat(demo.status()).as(demo.err()).isEqualTo(6);
    assertThat(demo.out()).contains("2 asked, 1 embedded, 1 dead letters");
  }

  @Test
  void shouldSayThatAQuestionIsTooLargeForTheBroker() throws Exception {
    Path questions = folder.resolve("questions.txt");
    Files.writeString(questions, "x ".repeat(2_000_000) + "\n");
    Launched demo = launch("demo", "--questions", questions.toString()).await();
    assertThat(demo.status()).as(demo.err()).isEqualTo(1);
    assertThat(demo.err()).contains("not taken").contains("max.request.size");
  }

  /** A read of standard input ends by no interrupt. */
  @Test
  void shouldStopTheDemoAtItsPrompt() throws Exception {
    Path pipe = folder.resolve("typed");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process demo =
        new ProcessBuilder(
                "sh",
                "-c",
                "exec %s demo --stay --limit 1 <%s"
                    .formatted(Repository.path("questream").toAbsolutePath(), pipe))
            .redirectErrorStream(true)
            .start();
    try (OutputStream open = Files.newOutputStream(pipe);
        BufferedReader out = demo.inputReader()) {
      String line = "";
      while (!line.contains("Type a question")) {
        line = out.readLine();
        assertThat(line).isNotNull();
      }
      demo.toHandle().destroy(); // SIGTERM, and its output can still be read
      assertThat(demo.waitFor(25, TimeUnit.SECONDS)).as("stops within 25 s").isTrue();
      assertThat(demo.exitValue()).isZero();
      assertThat(out.lines()).noneMatch(more -> more.contains("\tat "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "✓ Kafka", "✓ topics", "passages encoded", "RUNNING"})
  void shouldStopTheDemoCleanlyAtAnyTime(String seen) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    Path questions = folder.resolve("many.txt");
    Files.writeString(questions, "How far is it to the nearest star?\n".repeat(20_000));
    Launched demo =
        Launched.questream(
            folder,
            Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary),
            "demo",
            "--questions",
            questions.toString());
    await().atMost(Duration.ofSeconds(90)).until(() -> demo.err().contains(seen));
    demo.process().waitFor(seen.isEmpty() ? 1500 : 300, TimeUnit.MILLISECONDS);
    demo.process().destroy(); // SIGTERM
    demo.await();
    if (seen.isEmpty()) { // Java itself may have been starting
      assertThat(demo.status()).as(demo.err()).isIn(0, 143);
    } else {
      assertThat(demo.status()).as(demo.err()).isZero();
    }
    try (var left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("questream-demo-")))
          .isEmpty();
    }
  }

  @Test
  void shouldImportOnceWhenTwoProcessesImportAtOnce() throws Exception {
    String cache = "cache.dir=" + folder.resolve("cache");
    Launched first = launch("model", "import", "bge-small-en-v1.5", "--set", cache);
    Launched second = launch("model", "import", "bge-small-en-v1.5", "--set", cache);
    assertThat(first.await().status()).as(first.err()).isZero();
    assertThat(second.await().status()).as(second.err()).isZero();
    Launched verify = launch("model", "verify", "--set", cache).await();
    assertThat(verify.status()).as(verify.out()).isZero();
    assertThat(verify.out()).contains("ok").doesNotContain("DAMAGED");
  }

  @Test
  void shouldRefuseAPrecisionThatIsTooFarFromFloat32() throws Exception {
    Path input = Files.writeString(folder.resolve("in.txt"), "text\n");
    String[] bound = {"--set", "encoder.precision.min.cosine=1", "--input", input.toString()};
    Launched explicit =
        launch("encode", "--precision", "bf16", bound[0], bound[1], bound[2], bound[3]).await();
    assertThat(explicit.status()).isEqualTo(3);
    assertThat(explicit.err()).contains("worst cosine").contains("encoder.precision.min.cosine");
    Launched auto = launch("encode", bound[0], bound[1], bound[2], bound[3]).await();
    assertThat(auto.status()).as(auto.err()).isZero();
    assertThat(auto.err()).contains("(bge-small-en-v1.5, fp32)");
  }

  @Test
  void shouldFailWhenStandardOutputIsFull() throws Exception {
    Path input = Files.writeString(folder.resolve("in.txt"), "text\n");
    Process encode =
        new ProcessBuilder(
                "sh",
                "-c",
                Repository.path("questream").toAbsolutePath()
                    + " encode --input "
                    + input
                    + " > /dev/full")
            .redirectErrorStream(true)
            .start();
    encode.getInputStream().readAllBytes();
    assertThat(encode.waitFor()).isEqualTo(5);
  }

  @Test
  void shouldKeepArgumentsWholeInTheCLocale() throws Exception {
    Path input = Files.writeString(folder.resolve("é.txt"), "text\n");
    Launched encode =
        Launched.questream(
                folder, Map.of("LC_ALL", "C", "LANG", "C"), "encode", "--input", input.toString())
            .await();
    assertThat(encode.status()).as(encode.err()).isZero();
  }

  @Test
  void shouldSayThatThePortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      Launched demo = launch("demo", "--port", Integer.toString(taken.getLocalPort())).await();
      assertThat(demo.status()).isEqualTo(5);
      assertThat(demo.err()).contains("port " + taken.getLocalPort()).contains("taken");
    }
  }

  @Test
  void shouldSayThatNoBrokerAnswers() throws Exception {
    Launched run =
        launch("run", "--bootstrap-server", "localhost:1", "--set", "startup.timeout.ms=1000")
            .await();
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("localhost:1").contains("bootstrap.servers");
  }

  @Test
  void shouldEncodeWithoutKafka() throws Exception {
    Path input = folder.resolve("in.txt");
    String tenThousandWords = "word ".repeat(10_000).trim();
    Files.writeString(input, "Who was the first?\n" + tenThousandWords + "\n");
    Path output = folder.resolve("out.jsonl");
    Launched encode =
        launch("encode", "--input", input.toString(), "--output", output.toString()).await();
    assertThat(encode.status()).as(encode.err()).isZero();
    List<String> lines = Files.readAllLines(output);
    assertThat(lines).hasSize(2);
    JsonNode longOne = JSON.readTree(lines.get(1));
    assertThat(longOne.path("truncated").asBoolean()).isTrue();
    assertThat(longOne.path("token_count").asInt()).isEqualTo(512);
    assertThat(longOne.path("original_token_count").asInt()).isGreaterThan(10_000);
    assertThat(longOne.path("embedding").size()).isEqualTo(384);
  }

  @Test
  void shouldSayThatTheModelIsDamaged() throws Exception {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.write(model.resolve("model.safetensors"), new byte[] {1, 2, 3});
    Files.writeString(model.resolve("tokenizer.json"), "{}");
    Path input = Files.writeString(folder.resolve("in.txt"), "text\n");
    Launched encode =
        launch("encode", "--model", model.toString(), "--input", input.toString()).await();
    assertThat(encode.status()).isEqualTo(3);
    assertThat(encode.err()).contains("model.safetensors").contains("damaged");
  }
}
