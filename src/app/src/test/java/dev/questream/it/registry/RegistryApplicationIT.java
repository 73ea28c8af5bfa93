package dev.questream.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.FatalException;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionSerializer;
import dev.questream.testing.Repository;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole application, its producers and its consumers with Apicurio as their registry. */
@Tag("world")
@Timeout(240)
class RegistryApplicationIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int HEADER = 5;

  @TempDir static Path folder;
  private static ApicurioRegistry registry;
  private static EmbeddedBroker broker;

  private KafkaFixture kafka;

  @BeforeAll
  static void start() {
    registry = ApicurioRegistry.start(folder);
    broker = KafkaFixture.broker();
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @BeforeEach
  void createTopics() {
    kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
  }

  private QuestreamConfig config(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("schema.registry.url", registry.confluentUrl());
    settings.put("encoder.precision", "fp32");
    settings.putAll(more);
    return kafka.config(settings);
  }

  /** What a Kafka client of somebody else is configured with: nothing of Questream's. */
  private static Map<String, Object> clientSettings() {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "schema.registry.url",
        registry.confluentUrl(),
        "isolation.level",
        "read_committed",
        "auto.offset.reset",
        "earliest",
        "group.id",
        "somebody-else-" + System.nanoTime());
  }

  private static <V> List<ConsumerRecord<String, V>> read(
      String topic, int count, Deserializer<V> values) {
    List<ConsumerRecord<String, V>> records = new ArrayList<>();
    values.configure(clientSettings(), false);
    long end = System.nanoTime() + LIMIT.toNanos();
    try (KafkaConsumer<String, V> consumer =
        new KafkaConsumer<>(clientSettings(), new StringDeserializer(), values)) {
      consumer.subscribe(List.of(topic));
      while (records.size() < count && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private static void produce(String topic, Question... questions) throws Exception {
    QuestionSerializer values = new QuestionSerializer();
    values.configure(clientSettings(), false);
    try (KafkaProducer<String, Question> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            values)) {
      for (Question question : questions) {
        producer.send(new ProducerRecord<>(topic, question.getId(), question)).get();
      }
    }
  }

  private static int latestId(String subject) throws Exception {
    String path = "/apis/ccompat/v7/subjects/" + subject + "/versions/latest";
    JsonNode latest = JSON.readTree(registry.get(path));
    return latest.path("id").intValue();
  }

  @Test
  void shouldEmbedAndBeReadByAConsumerOfItsOwn() throws Exception {
    QuestreamConfig config = config(Map.of());
    String questions = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    String embeddings = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    produce(
        questions,
        new Question("a", "Who wrote Hamlet?", Map.of("lang", "en"), 7L),
        new Question("b", "Where is Kronborg?", Map.of(), 8L));
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      List<ConsumerRecord<String, byte[]>> raw = read(embeddings, 2, new ByteArrayDeserializer());
      assertThat(raw).hasSize(2);
      for (ConsumerRecord<String, byte[]> record : raw) {
        ByteBuffer header = ByteBuffer.wrap(record.value(), 0, HEADER);
        assertThat(header.get()).as("Confluent's magic byte").isZero();
        assertThat(header.getInt()).isEqualTo(latestId(embeddings + "-value"));
      }
      registry.restart(); // the application knows its ids, a new consumer asks again
      produce(questions, new Question("c", "Who was Yorick?", Map.of(), 9L));
      Map<String, QuestionEmbedding> found =
          read(embeddings, 3, new QuestionEmbeddingDeserializer()).stream()
              .collect(Collectors.toMap(ConsumerRecord::key, ConsumerRecord::value));
      assertThat(found).containsOnlyKeys("a", "b", "c");
      assertThat(found.get("a").getText()).isEqualTo("Who wrote Hamlet?");
      assertThat(found.get("a").getMetadata()).containsEntry("lang", "en");
      assertThat(found.get("a").getEmbedding()).hasSize(384);
    }
  }

  /** A producer that knows a newer version of the schema, and one that spoils its records. */
  @Test
  void shouldReadQuestionsOfANewerSchema() throws Exception {
    QuestreamConfig config = config(Map.of());
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    Schema newer =
        new Schema.Parser()
            .parse(
                Files.readString(Repository.path("schemas/Question.avsc"))
                    .replaceFirst(
                        "\"fields\": *\\[",
                        "\"fields\":[{\"name\":\"channel\",\"type\":\"string\",\"default\":\"\"},"));
    String subject = "/apis/ccompat/v7/subjects/" + topic + "-value/versions";
    produce(topic, new Question("old", "Who wrote Hamlet?", Map.of(), 1L));
    registry.put("/apis/ccompat/v7/config/" + topic + "-value", "{\"compatibility\":\"BACKWARD\"}");
    int id =
        JSON.readTree(
                registry.post(
                    subject, JSON.createObjectNode().put("schema", newer.toString()).toString()))
            .path("id")
            .intValue();
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, "new", framed(id, newer))).get();
      producer.send(new ProducerRecord<>(topic, "bad", framed(id + 100_000, newer))).get();
    }
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
      List<ConsumerRecord<String, QuestionEmbedding>> found =
          read(
              config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
              2,
              new QuestionEmbeddingDeserializer());
      assertThat(found).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("old", "new");
      assertThat(read(config.getString(QuestreamConfig.DLQ_TOPIC), 1, new ByteArrayDeserializer()))
          .extracting(ConsumerRecord::key)
          .containsExactly("bad");
    }
  }

  private static byte[] framed(int id, Schema schema) throws Exception {
    GenericRecord question = new GenericData.Record(schema);
    question.put("channel", "phone");
    question.put("id", "new");
    question.put("text", "Is this a dagger which I see before me?");
    question.put("metadata", Map.of());
    question.put("asked_at_ms", 2L);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ByteBuffer.allocate(HEADER).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<>(schema).write(question, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  @Test
  void shouldStartWithoutRegisteringOnceTheSchemaIsThere() throws Exception {
    QuestreamConfig config = config(Map.of("auto.register.schemas", "false"));
    String subject = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC) + "-value";
    assertThatThrownBy(() -> QuestreamApplication.start(config).close())
        .isInstanceOf(FatalException.class)
        .hasMessageContaining(subject)
        .hasMessageContaining("register schemas/QuestionEmbedding.avsc under it");
    String schema = Files.readString(Repository.path("schemas/QuestionEmbedding.avsc"));
    registry.post(
        "/apis/ccompat/v7/subjects/" + subject + "/versions",
        JSON.createObjectNode().put("schema", schema).toString());
    try (QuestreamApplication application = QuestreamApplication.start(config)) {
      application.awaitRunning(LIMIT);
    }
  }
}
