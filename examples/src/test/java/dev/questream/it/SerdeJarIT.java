package dev.questream.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionEmbeddingSerializer;
import dev.questream.serde.RegistryStandIn;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

/**
 * The jar with the classifier {@code serde}, as a consumer has it: with Kafka's client, Avro and
 * Jackson, and nothing else of Questream or its libraries.
 */
class SerdeJarIT {
  private static final String TOPIC = "embeddings";

  private static URLClassLoader consumer;

  @BeforeAll
  static void open() throws Exception {
    List<URL> jars = new ArrayList<>();
    jars.add(Path.of("target/questream-serde.jar").toUri().toURL());
    for (Class<?> part :
        List.of(
            Deserializer.class,
            Logger.class, // Kafka's client brings it
            Schema.class,
            ObjectMapper.class,
            JsonFactory.class,
            JsonProperty.class)) {
      jars.add(part.getProtectionDomain().getCodeSource().getLocation());
    }
    consumer = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  @AfterAll
  static void close() throws Exception {
    consumer.close();
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
  void shouldHoldNothingElse() {
    for (String other :
        List.of(
            "dev.questream.app.Main",
            "dev.questream.config.QuestreamConfig",
            "dev.questream.encoder.QuestionEncoder",
            "org.apache.kafka.streams.KafkaStreams",
            "com.github.benmanes.caffeine.cache.Caffeine",
            "ai.djl.Model")) {
      assertThatThrownBy(() -> consumer.loadClass(other))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }
}
