package dev.questream.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.it.Launched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both benchmarks as real processes, briefly: what they report must fit together. No speed. */
@DisabledOnOs(OS.WINDOWS)
class BenchIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private JsonNode bench(String... arguments) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Launched bench =
        Launched.questream(folder, Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary), arguments)
            .await();
    assertThat(bench.status()).as(bench.err()).isZero();
    assertFoldersGone(temporary);
    return JSON.readTree(bench.out());
  }

  private static void assertFoldersGone(Path temporary) throws IOException {
    try (var left = Files.list(temporary)) {
      assertThat(left.filter(path -> path.getFileName().toString().startsWith("questream-")))
          .as("temporary folders are gone")
          .isEmpty();
    }
  }

  private static void assertSpread(JsonNode spread, int rounds) {
    assertThat(spread.path("rounds").size()).isEqualTo(rounds);
    assertThat(spread.path("min").asDouble()).isPositive();
    assertThat(spread.path("median").asDouble())
        .isBetween(spread.path("min").asDouble(), spread.path("max").asDouble());
  }

  @Test
  void shouldMeasureTheEncoder() throws Exception {
    JsonNode json =
        bench("bench", "encoder", "--rounds", "3", "--seconds", "0.2", "--limit", "64", "--json");
    assertThat(json.path("bench").asText()).isEqualTo("encoder");
    assertThat(json.path("work").path("questions").asInt()).isEqualTo(64);
    assertThat(json.path("work").path("tokens").asInt()).isGreaterThan(64 * 3);
    assertThat(json.path("work").path("token_counts_sha256").asText()).matches("[0-9a-f]{64}");
    assertThat(json.path("setup").path("hidden").asInt()).isEqualTo(384);
    assertThat(json.path("machine").path("libtorch").asText()).startsWith("2.");
    assertSpread(json.path("questions_per_second"), 3);
    assertSpread(json.path("matrix_gflop_per_second"), 3);
    double perSecond = json.path("questions_per_second").path("median").asDouble();
    double meanTokens = json.path("work").path("tokens").asDouble() / 64;
    assertThat(json.path("tokens_per_second").path("median").asDouble())
        .isCloseTo(perSecond * meanTokens, within(perSecond));
    double flop =
        json.path("work").path("weight_flop").asDouble()
            + json.path("work").path("attention_flop").asDouble();
    double gflop = json.path("gflop_per_second").path("median").asDouble();
    assertThat(gflop).isCloseTo(perSecond * flop / 64 / 1e9, within(gflop / 1000));
    assertThat(json.path("share_of_matrix_rate").asDouble()).isPositive();
    assertThat(json.has("latency")).as("no latency where many are asked at once").isFalse();
    assertThat(json.has("share_of_memory_rate")).as("nor memory").isFalse();
  }

  @Test
  void shouldMeasureOneQuestionAtATime() throws Exception {
    Path questions = Files.writeString(folder.resolve("in.txt"), "Who?\n\nWhat is a quark?\n");
    JsonNode json =
        bench(
            "bench",
            "encoder",
            "--mode",
            "single",
            "--rounds",
            "2",
            "--seconds",
            "0.2",
            "--questions",
            questions.toString(),
            "--json");
    assertThat(json.path("left_out").asInt()).as("a blank question").isEqualTo(1);
    assertThat(json.path("warnings").toString()).contains("cannot be encoded");
    assertSpread(json.path("latency").path("p50"), 2);
    assertSpread(json.path("latency").path("p99"), 2);
    assertThat(json.path("mean_batch_questions").asDouble()).isEqualTo(1);
    assertThat(json.path("weights_gb").asDouble())
        .as("21.2 million weights of float32 or half as many bytes")
        .isIn(0.084934656, 0.042467328);
    assertSpread(json.path("memory_gb_per_second"), 2);
    assertThat(json.path("share_of_memory_rate").asDouble())
        .isCloseTo(
            json.path("weights_gb").asDouble()
                * json.path("questions_per_second").path("median").asDouble()
                / json.path("memory_gb_per_second").path("median").asDouble(),
            within(1e-9));
  }

  /** A slow machine drains them soon. */
  private Path shortQuestions() throws IOException {
    return Files.write(
        folder.resolve("short.txt"), IntStream.range(0, 64).mapToObj(i -> "word " + i).toList());
  }

  @Test
  void shouldMeasureRequestsBesideTheStream() throws Exception {
    JsonNode json =
        bench(
            "bench",
            "serve",
            "--rounds",
            "1",
            "--seconds",
            "2",
            "--questions",
            shortQuestions().toString(),
            "--set",
            "encoder.prefix=",
            "--json");
    assertThat(json.path("cases").findValuesAsText("name"))
        .hasSize(5)
        .first()
        .isEqualTo("one client, stream idle");
    for (JsonNode one : json.path("cases")) {
      String name = one.path("name").asText();
      boolean alone = name.equals("stream alone");
      assertThat(one.path("latency").path("p50").asDouble() > 0).as("%s", one).isEqualTo(!alone);
      boolean idle = name.endsWith("idle");
      assertThat(one.has("questions_per_second")).as("%s", one).isEqualTo(!idle);
    }
    assertThat(json.path("cases").get(1).path("share_of_alone").asDouble()).isEqualTo(1);
  }

  @Test
  void shouldMeasureTheStreamWithTheModel() throws Exception {
    JsonNode json =
        bench(
            "bench",
            "stream",
            "--rounds",
            "1",
            "--seconds",
            "2",
            "--questions",
            shortQuestions().toString(),
            "--set",
            "encoder.prefix=",
            "--load",
            "0.2",
            "--partitions",
            "3",
            "--json");
    JsonNode capacity = json.path("capacity");
    assertSpread(capacity.path("questions_per_second"), 1);
    assertThat(capacity.path("share_of_encoder").asDouble())
        .isCloseTo(
            capacity.path("questions_per_second").path("median").asDouble()
                / capacity.path("encoder_questions_per_second").path("median").asDouble(),
            within(1e-9));
    assertThat(json.path("setup").path("partitions").asInt()).isEqualTo(3);
    JsonNode load = json.path("loads").path(0);
    assertThat(load.path("rate").asDouble())
        .isCloseTo(
            0.2 * capacity.path("questions_per_second").path("median").asDouble(), within(1e-6));
    assertWhole(capacity.path("rounds").path(0));
    assertWhole(load);
    assertThat(load.path("stages").path("encode").asDouble()).isPositive();
  }

  @Test
  void shouldMeasureTheStreamAlone() throws Exception {
    JsonNode json =
        bench(
            "bench",
            "stream",
            "--encoder",
            "free",
            "--seconds",
            "2",
            "--rate",
            "single,200",
            "--json");
    assertThat(json.path("setup").path("dimensions").asInt()).isEqualTo(768);
    assertThat(json.has("capacity")).as("not asked for").isFalse();
    JsonNode single = json.path("loads").path(0);
    assertThat(single.has("rate")).isFalse();
    assertThat(single.path("mean_batch_questions").asDouble()).isEqualTo(1);
    assertThat(single.path("commits_per_second").asDouble()).isPositive();
    assertWhole(single);
    JsonNode load = json.path("loads").path(1);
    assertThat(load.path("sent").asInt()).as("2 s of warm-up, 2 s measured").isEqualTo(800);
    assertThat(load.path("latency").path("count").asInt()).isEqualTo(400);
    assertWhole(load);
  }

  @Test
  void shouldMeasureTheStreamOverTwoProcesses() throws Exception {
    JsonNode json =
        bench(
            "bench",
            "stream",
            "--encoder",
            "free",
            "--processes",
            "2",
            "--rounds",
            "1",
            "--seconds",
            "2",
            "--json");
    assertThat(json.path("setup").path("processes").asInt()).isEqualTo(2);
    assertWhole(json.path("capacity").path("rounds").path(0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"starting", "200 questions/s"})
  void shouldStopCleanlyAtASignal(String seen) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    Launched bench =
        Launched.questream(
            folder,
            Map.of("JAVA_OPTS", "-Djava.io.tmpdir=" + temporary),
            "bench",
            "stream",
            "--encoder",
            "free",
            "--seconds",
            "2",
            "--rate",
            "200");
    await().atMost(Duration.ofSeconds(60)).until(() -> bench.err().contains(seen));
    bench.process().waitFor(300, TimeUnit.MILLISECONDS);
    bench.process().destroy(); // SIGTERM
    bench.await();
    assertThat(bench.status()).as(bench.err()).isZero();
    assertThat(bench.err()).doesNotContain("Exception");
    assertFoldersGone(temporary);
  }

  private static void assertWhole(JsonNode load) {
    assertThat(load.path("embedded").asLong()).isPositive().isEqualTo(load.path("sent").asLong());
    assertThat(load.path("dead_letters").asLong()).isZero();
    assertThat(load.path("duplicates").asLong()).isZero();
    assertThat(load.path("reordered").asLong()).isZero();
    JsonNode latency = load.path("latency");
    assertThat(latency.path("p50").asDouble()).isPositive();
    assertThat(latency.path("p99").asDouble())
        .isBetween(latency.path("p50").asDouble(), latency.path("max").asDouble());
    assertThat(load.path("latency_from_send").path("max").asDouble())
        .as("nothing is sent before it is due")
        .isLessThanOrEqualTo(latency.path("max").asDouble());
    double shares = 0;
    for (String stage : new String[] {"poll", "process", "punctuate", "commit"}) {
      assertThat(load.path("stages").path(stage).asDouble()).as(stage).isBetween(0.0, 1.0);
      shares += load.path("stages").path(stage).asDouble();
    }
    assertThat(shares).as("the stream thread's time").isBetween(0.3, 1.1);
    assertThat(load.path("allocated_bytes_per_question").asLong()).isGreaterThan(1_000L);
    assertThat(load.path("cores").path("stream").asDouble()).isPositive();
  }

  @Test
  void shouldMeasureWhatIsSkipped() throws Exception {
    JsonNode json = bench("bench", "unchanged", "--ids", "2000", "--partitions", "2", "--json");
    assertThat(json.path("passes").findValuesAsText("skipped")).containsExactly("0", "1800");
    assertThat(json.path("passes").findValues("questions_per_second"))
        .allSatisfy(perSecond -> assertThat(perSecond.asDouble()).isPositive());
    assertThat(json.path("store_bytes").asLong()).isGreaterThan(2000 * 32);
    assertThat(json.path("changelog_bytes").asLong()).isGreaterThan(2000 * 32);
    assertThat(json.path("restore_seconds").asDouble()).isPositive();
  }
}
