package dev.questream.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.example.helpdesk.HelpDesk;
import com.example.helpdesk.Ticket;
import dev.questream.app.kafka.TopicScan;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedNodes;
import dev.questream.testing.InstantEncoder;
import dev.questream.topology.EmbeddingNodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example application on a real broker, as a process that is killed: the guarantee holds. */
@Timeout(300)
class LibraryIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int PAIRS = 60;

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static ResolvedExample example;
  private final Map<String, String> settings = new HashMap<>();
  private Process process;

  @BeforeAll
  static void start() throws Exception {
    example = ResolvedExample.of("near-duplicates", folder);
    broker = KafkaFixture.broker();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      List<NewTopic> topics = new ArrayList<>();
      for (String name :
          List.of(
              HelpDesk.TICKETS,
              HelpDesk.NEW_QUESTIONS,
              HelpDesk.REPEATED_QUESTIONS,
              HelpDesk.DEAD_LETTERS,
              "in",
              "out")) {
        topics.add(new NewTopic(name, 2, (short) 1));
      }
      admin.createTopics(topics).all().get();
    }
  }

  /** One dependency without exclusions brings no broker, server, command line or logs. */
  @Test
  void shouldBringWhatALibraryNeedsAndNothingElse() {
    assertThat(example.libraries())
        .contains("questream-streams", "questream-serde", "kafka-streams", "pytorch-engine")
        .doesNotHaveDuplicates()
        .noneMatch(
            name ->
                name.matches(
                    "questream-(app|lab|broker)|kafka_.*|kafka-(server|metadata|raft).*|scala-.*"
                        + "|picocli|jetty-.*|micrometer-.*|opentelemetry-.*|logback-.*|HdrHistogram"));
  }

  /** Each text twice, so that every second ticket repeats the one before it. */
  private void produce(int from, int to) {
    try (KafkaProducer<String, Ticket> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            Ticket.serde().serializer())) {
      for (int i = from; i < to; i++) {
        for (String product : List.of("coffee", "tea")) {
          String text = "What is " + i * 37 + " times the weight of a " + word(i) + "?";
          for (String copy : List.of("new", "copy")) {
            Ticket ticket = new Ticket(product + i + copy, "question", text);
            producer.send(new ProducerRecord<>(HelpDesk.TICKETS, product, ticket));
          }
        }
      }
    }
  }

  private static String word(int i) {
    return List.of("cathedral", "poem", "tax return", "jellyfish", "violin").get(i % 5);
  }

  private void launch() throws IOException {
    Path file = folder.resolve("helpdesk.properties");
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key + "=" + value + "\n"));
    Files.writeString(file, text);
    process = example.start(folder.resolve("log"), HelpDesk.class.getName(), file.toString());
  }

  private List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
    QuestreamConfig config = new QuestreamConfig(settings);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (TopicScan scan = new TopicScan(config, topic)) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }

  private static String key(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private static List<String> expected(String copy) {
    return IntStream.range(0, PAIRS)
        .boxed()
        .flatMap(i -> List.of("coffee" + i + copy, "tea" + i + copy).stream())
        .toList();
  }

  @Test
  void shouldKeepTheGuaranteeInAForeignTopologyWhenKilled() throws Exception {
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("application.id", "helpdesk");
    settings.put("encoder.precision", "fp32");
    settings.put("encoder.workers", "1");
    settings.put("encoder.max.batch.tokens", "256"); // so that the kill finds it at work
    settings.put("state.dir", folder.resolve("state").toString());
    settings.put("instance.id", "one");
    settings.put("consumer.group.instance.id", "one");
    produce(0, 20);
    launch();
    await().atMost(LIMIT).until(() -> !committed(HelpDesk.NEW_QUESTIONS).isEmpty());
    produce(20, PAIRS);
    process.destroyForcibly().waitFor(); // kill -9
    assertThat(committed(HelpDesk.NEW_QUESTIONS))
        .as("it was killed at work")
        .hasSizeLessThan(2 * PAIRS);

    launch();
    try {
      await().atMost(LIMIT).until(() -> committed(HelpDesk.REPEATED_QUESTIONS).size() >= 2 * PAIRS);
    } finally {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    List<ConsumerRecord<byte[], byte[]>> repeated = committed(HelpDesk.REPEATED_QUESTIONS);
    assertThat(committed(HelpDesk.NEW_QUESTIONS))
        .extracting(LibraryIT::key)
        .containsExactlyInAnyOrderElementsOf(expected("new"));
    assertThat(repeated)
        .extracting(LibraryIT::key)
        .containsExactlyInAnyOrderElementsOf(expected("copy"));
    assertThat(repeated)
        .as("the example's own store went back with the questions")
        .allSatisfy(
            record ->
                assertThat(new String(record.value(), StandardCharsets.UTF_8))
                    .isEqualTo(key(record).replace("copy", "new")));
    assertThat(committed(HelpDesk.DEAD_LETTERS)).isEmpty();
  }

  @Test
  void shouldRefuseAtLeastOnceWithoutItsClients() {
    Map<String, String> own = new HashMap<>();
    own.put("bootstrap.servers", broker.bootstrapServers());
    own.put("application.id", "careless");
    own.put("processing.guarantee", "at_least_once");
    own.put("state.dir", folder.resolve("careless").toString());
    EmbeddingNodes nodes = new EmbeddingNodes(new QuestreamConfig(own));
    Topology topology = new Topology();
    topology.addSource("in", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "in");
    EmbedNodes added = nodes.addTo(topology, "faq", new InstantEncoder(), "in");
    topology.addSink(
        "out",
        "out",
        new StringSerializer(),
        nodes.embeddingSerde().serializer(),
        added.embeddings());
    topology.addSink(
        "dlq", "out", new ByteArraySerializer(), new ByteArraySerializer(), added.deadLetters());
    AtomicReference<Throwable> failure = new AtomicReference<>();
    try (KafkaStreams streams = new KafkaStreams(topology, nodes.streamsSettings())) {
      streams.setUncaughtExceptionHandler(
          thrown -> {
            failure.set(thrown);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
          });
      streams.start();
      await().atMost(LIMIT).until(() -> failure.get() != null);
    }
    assertThatThrownBy(
            () -> {
              throw failure.get();
            })
        .hasStackTraceContaining("new KafkaStreams(topology, settings, clients)");
  }
}
