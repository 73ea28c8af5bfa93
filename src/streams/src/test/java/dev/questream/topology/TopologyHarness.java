package dev.questream.topology;

import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionSerializer;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The topology on a test driver, with an encoder that the test completes. */
final class TopologyHarness implements AutoCloseable {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final ManualEncoder encoder;
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> questions;
  private final TestOutputTopic<String, QuestionEmbedding> embeddings;
  private final TestOutputTopic<byte[], byte[]> embeddingBytes;
  private final TestOutputTopic<byte[], byte[]> deadLetters;
  private final QuestionSerializer serializer = new QuestionSerializer();

  TopologyHarness(Path stateFolder, Map<String, String> settings) {
    this(stateFolder, settings, EmbedObserver.NONE);
  }

  TopologyHarness(Path stateFolder, Map<String, String> settings, EmbedObserver observer) {
    this(stateFolder, settings, observer, new ManualEncoder());
  }

  TopologyHarness(
      Path stateFolder,
      Map<String, String> settings,
      EmbedObserver observer,
      ManualEncoder encoder) {
    this.encoder = encoder;
    Map<String, String> all = new HashMap<>(settings);
    all.put(QuestreamConfig.STATE_DIR, stateFolder.toString());
    QuestreamConfig config = new QuestreamConfig(all);
    driver =
        new TopologyTestDriver(
            EmbeddingTopology.build(config, encoder, observer), config.streamsSettings(), START);
    questions =
        driver.createInputTopic("questions", new ByteArraySerializer(), new ByteArraySerializer());
    embeddings =
        driver.createOutputTopic(
            "embeddings", new StringDeserializer(), new QuestionEmbeddingDeserializer());
    embeddingBytes =
        driver.createOutputTopic(
            "embeddings", new ByteArrayDeserializer(), new ByteArrayDeserializer());
    deadLetters =
        driver.createOutputTopic(
            "questions-dlq", new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  void ask(String id, String text) {
    Question question = new Question(id, text, Map.of("lang", "en"), 7L);
    pipe(id, serializer.serialize("questions", question));
  }

  void pipe(String key, byte[] value) {
    byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    questions.pipeInput(new TestRecord<>(keyBytes, value, START));
  }

  void pipe(TestRecord<byte[], byte[]> record) {
    questions.pipeInput(record);
  }

  byte[] avro(Question question) {
    return serializer.serialize("questions", question);
  }

  /** Fires the punctuators once. */
  void advance(long millis) {
    driver.advanceWallClockTime(Duration.ofMillis(millis));
  }

  List<TestRecord<String, QuestionEmbedding>> embeddings() {
    return embeddings.readRecordsToList();
  }

  /** The same as they were written. */
  List<TestRecord<byte[], byte[]>> embeddingBytes() {
    return embeddingBytes.readRecordsToList();
  }

  List<TestRecord<byte[], byte[]>> deadLetters() {
    return deadLetters.readRecordsToList();
  }

  /** A metric of the task, or null; tags beside the task's are ignored. */
  Object taskMetric(String name) {
    return driver.metrics().values().stream()
        .filter(metric -> metric.metricName().group().equals("questream-task-metrics"))
        .filter(metric -> metric.metricName().name().equals(name))
        .map(metric -> metric.metricValue())
        .findFirst()
        .orElse(null);
  }

  /** Questions that the pending store holds. */
  long pending() {
    long count = 0;
    try (var all = driver.getKeyValueStore(EmbeddingTopology.STORE).all()) {
      while (all.hasNext()) {
        all.next();
        count++;
      }
    }
    return count;
  }

  @Override
  public void close() {
    driver.close();
  }
}
