package dev.questream.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.store.EmbeddingsConsumer;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionEmbeddingSerializer;
import dev.questream.serde.registry.RegistryStandIn;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dependency of a consumer of embeddings: Kafka's client, Avro, Jackson, and nothing else. */
class ConsumerIT {
  private static final String TOPIC = "embeddings";

  @TempDir static Path folder;
  private static ResolvedExample example;
  private static URLClassLoader consumer;

  @BeforeAll
  static void open() throws Exception {
    example = ResolvedExample.of("embeddings-consumer", folder);
    List<URL> jars = new ArrayList<>();
    for (Path entry : example.classPath()) {
      jars.add(entry.toUri().toURL());
    }
    consumer = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @AfterAll
  static void close() throws Exception {
    if (consumer != null) {
      consumer.close();
    }
  }

  private static QuestionEmbedding embedding() {
    return QuestionEmbedding.newBuilder()
        .setId("q1")
        .setText("Who wrote Hamlet?")
        .setEmbedding(List.of(0.25f, -0.5f))
        .setDimensions(2)
        .setModelId("model")
        .setModelRevision("")
        .setWeightsSha256("")
        .setTokenizerSha256("")
        .setPooling("cls")
        .setNormalized(false)
        .setPrecision("fp32")
        .setPrefix("")
        .setTokenCount(5)
        .setOriginalTokenCount(5)
        .setTruncated(false)
        .setMetadata(Map.of("lang", "en"))
        .setAskedAtMs(1)
        .setSourceTopic("questions")
        .setSourcePartition(0)
        .setSourceOffset(2)
        .setEmbeddedAtMs(3)
        .build();
  }

  private static byte[] written(Map<String, Object> settings) {
    try (QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer()) {
      serializer.configure(settings, false);
      return serializer.serialize(TOPIC, embedding());
    }
  }

  /** As a Kafka consumer would: the class by its name, then its methods. */
  private static Object readAlone(Map<String, Object> settings, byte[] value) throws Exception {
    Class<?> type = consumer.loadClass(QuestionEmbeddingDeserializer.class.getName());
    assertThat(type).isNotEqualTo(QuestionEmbeddingDeserializer.class);
    Object deserializer = type.getConstructor().newInstance();
    type.getMethod("configure", Map.class, boolean.class).invoke(deserializer, settings, false);
    return type.getMethod("deserialize", String.class, byte[].class)
        .invoke(deserializer, TOPIC, value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldReadWithoutARegistry(String format) throws Exception {
    Map<String, Object> settings = Map.of("output.format", format);
    assertThat(readAlone(settings, written(settings))).hasToString(embedding().toString());
  }

  /** The first address takes nobody's call; it is there for the classes that TLS needs. */
  @Test
  void shouldReadWithARegistry() throws Exception {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      Map<String, Object> settings = new HashMap<>();
      settings.put("schema.registry.url", "https://localhost:1," + registry.url());
      settings.put("schema.registry.ssl.protocol", "TLSv1.3");
      settings.put("http.connect.timeout.ms", "2000");
      byte[] value = written(settings);
      assertThat(value[0]).isZero();
      assertThat(readAlone(settings, value)).hasToString(embedding().toString());
    }
  }

  @Test
  void shouldBringNothingElse() {
    assertThat(example.libraries())
        .containsExactlyInAnyOrder(
            "questream-serde",
            "kafka-clients",
            "zstd-jni",
            "lz4-java",
            "snappy-java",
            "slf4j-api",
            "avro",
            "commons-compress", // these four are Avro's
            "commons-codec",
            "commons-io",
            "commons-lang3",
            "jackson-core",
            "jackson-databind",
            "jackson-annotations");
    for (String other :
        List.of(
            "dev.questream.app.Main",
            "dev.questream.config.QuestreamConfig",
            "dev.questream.encoder.QuestionEncoder",
            "org.apache.kafka.streams.KafkaStreams",
            "ai.djl.Model")) {
      assertThatThrownBy(() -> consumer.loadClass(other))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  /** The example as a process of its own, on a real broker. */
  @Test
  void shouldReadTheTopicOfEmbeddings() throws Exception {
    EmbeddedBroker broker = KafkaFixture.broker();
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder).createTopics();
    String topic = kafka.config(Map.of()).getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, 0, "q1", written(Map.of())));
      producer.send(new ProducerRecord<>(topic, 0, "q1", null));
    }
    Path log = folder.resolve("log");
    Process process =
        example.start(
            log, EmbeddingsConsumer.class.getName(), broker.bootstrapServers(), topic, "2");
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(log))
        .containsSubsequence("upsert q1 [2] Who wrote Hamlet?", "delete q1");
  }
}
