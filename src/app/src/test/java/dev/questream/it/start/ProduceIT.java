package dev.questream.it.start;

import static dev.questream.app.CommandLineResult.questream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.app.CommandLineResult;
import dev.questream.avro.Question;
import dev.questream.it.KafkaFixture;
import dev.questream.serde.QuestionDecoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code produce} against a broker: what comes out is in the topic, once, wherever it is stopped.
 */
@Timeout(180)
class ProduceIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  private KafkaFixture topics() {
    return new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
  }

  private static List<String> arguments(KafkaFixture kafka, String... more) {
    List<String> arguments = new ArrayList<>(List.of("produce"));
    kafka
        .settings(Map.of())
        .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    arguments.addAll(List.of(more));
    return arguments;
  }

  private static CommandLineResult produce(KafkaFixture kafka, String... more) {
    return questream(arguments(kafka, more).toArray(String[]::new));
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(KafkaFixture kafka) {
    Map<String, String> settings = kafka.settings(Map.of());
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", settings.get("bootstrap.servers")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(settings.get("questions.topic")).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long end = consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
      while (records.size() < end) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static List<String> keys(KafkaFixture kafka) {
    return records(kafka).stream().map(record -> new String(record.key(), UTF_8)).toList();
  }

  @Test
  void shouldSendAGzippedFileInTheConfiguredFormatAndNameTheLinesThatItCannot() throws IOException {
    KafkaFixture kafka = topics();
    Path file = folder.resolve("questions.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(
          """
          {"id": "g", "text": "Who painted Guernica?", "metadata": {"user": "u", "turn": 2}}
          {"text": "no id"}
          {"id": "x", "question": "no text"}
          {"id": "y",
          """
              .getBytes(UTF_8));
    }
    CommandLineResult result =
        produce(kafka, "--input", file.toString(), "--set", "input.format=json");
    assertThat(result.status()).as(result.err()).isEqualTo(6);
    assertThat(result.err())
        .contains("line 3 has no string \"text\"")
        .contains("line 4 is no JSON")
        .contains("2 questions sent")
        .contains("2 lines rejected");
    QuestionDecoder decoder = new QuestionDecoder(Map.of("input.format", "json"));
    Map<String, Question> byId =
        records(kafka).stream()
            .map(record -> decoder.decode(record.key(), record.value()))
            .collect(Collectors.toMap(Question::getId, question -> question));
    assertThat(byId).containsOnlyKeys("g", "questions.jsonl.gz:2");
    assertThat(byId.get("g").getText()).isEqualTo("Who painted Guernica?");
    assertThat(byId.get("g").getMetadata()).isEqualTo(Map.of("user", "u", "turn", "2"));
    assertThat(keys(kafka)).containsExactlyInAnyOrder("g", "questions.jsonl.gz:2");
  }

  @Test
  void shouldGoOnWhereAKilledRunWasConfirmed() throws Exception {
    KafkaFixture kafka = topics();
    int lines = 3_000;
    int rate = 400;
    Path file =
        Files.writeString(
            folder.resolve("many.txt"),
            IntStream.rangeClosed(1, lines)
                .mapToObj("question %d\n"::formatted)
                .collect(Collectors.joining()));
    Path state = folder.resolve("many.txt.produced");
    Process killed =
        OwnProcess.questream(
            arguments(kafka, "--input", file.toString(), "--rate", Integer.toString(rate)));
    await()
        .atMost(LIMIT)
        .until(
            () -> Files.exists(state) && Files.readString(state).matches("(?s).*lines=\\d{3}.*"));
    killed.destroyForcibly().waitFor();
    int before = keys(kafka).size();
    assertThat(before).isBetween(100, lines - 1);

    CommandLineResult again = produce(kafka, "--input", file.toString());
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("lines were sent before; going on");
    List<String> keys = keys(kafka);
    assertThat(new HashSet<>(keys)).hasSize(lines);
    assertThat(keys.size() - lines)
        .as("sent twice: at most what came in the last moments before the kill")
        .isBetween(0, rate / 2);
    assertThat(state).doesNotExist();
    assertThat(folder.toFile().list()).doesNotContain(".many.txt.produced.part");
  }

  @Test
  void shouldRefuseToGoOnWithAnotherFileOrToAnotherTopic() throws IOException {
    KafkaFixture kafka = topics();
    Path file = Files.writeString(folder.resolve("q.txt"), "a\n\nb\nc\n");
    assertThat(produce(kafka, "--input", file.toString()).err())
        .contains("3 questions sent", "0 lines rejected, 1 blank");
    Path state = folder.resolve("q.txt.produced");
    Files.writeString(state, "topic.id=another\nlines=1\nsha256=\n");
    CommandLineResult topic = produce(kafka, "--input", file.toString());
    assertThat(topic.status()).isEqualTo(2);
    assertThat(topic.err()).contains("another topic", "--restart");

    String id = topicId(kafka);
    Files.writeString(state, "topic.id=" + id + "\nlines=1\nsha256=ab\n");
    CommandLineResult changed = produce(kafka, "--input", file.toString());
    assertThat(changed.status()).isEqualTo(2);
    assertThat(changed.err()).contains("no longer what it was when its first 1 lines", "--restart");
    assertThat(produce(kafka, "--input", file.toString(), "--restart").status()).isZero();
    assertThat(keys(kafka))
        .containsExactlyInAnyOrder(
            "q.txt:1", "q.txt:3", "q.txt:4", "q.txt:1", "q.txt:3", "q.txt:4");
  }

  private static String topicId(KafkaFixture kafka) {
    try (var topics = new dev.questream.app.kafka.Topics(kafka.config(Map.of()))) {
      return topics
          .description(kafka.settings(Map.of()).get("questions.topic"))
          .topicId()
          .toString();
    }
  }

  @Test
  void shouldNameALineThatIsTooLargeAndSendTheOthers() throws IOException {
    KafkaFixture kafka = topics();
    Path file =
        Files.writeString(folder.resolve("large.txt"), "a\n" + "x ".repeat(900_000) + "\nb\n");
    CommandLineResult result = produce(kafka, "--input", file.toString());
    assertThat(result.status()).as(result.err()).isEqualTo(6);
    assertThat(result.err()).contains("line 2 was not taken").contains("2 questions sent");
    assertThat(keys(kafka)).containsExactlyInAnyOrder("large.txt:1", "large.txt:3");
  }

  @Test
  void shouldSendALineOfStandardInputAtOnceAndStopWhenTold() throws Exception {
    KafkaFixture kafka = topics();
    Process process = OwnProcess.questream(arguments(kafka, "--id-prefix", "in-"));
    process.getOutputStream().write("first\n".getBytes(UTF_8));
    process.getOutputStream().flush();
    await().atMost(LIMIT).until(() -> keys(kafka).equals(List.of("in-1")));
    process.toHandle().destroy(); // SIGTERM, while it waits for the next line
    String output = OwnProcess.output(process);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).doesNotContain("Exception");
  }
}
