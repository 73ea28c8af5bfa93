package dev.questream.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.QuestionEmbedding;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry's settings. */
class RegistryConfigTest {

  @Test
  void shouldBeContentWithAKafkaClientsConfiguration() {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", "localhost:9092");
    settings.put("max.poll.records", 7);
    settings.put("schema.registry.url", " http://a:1/ , https://u:p@b.example/apis/ccompat/v7// ");
    RegistryConfig config = new RegistryConfig(settings);
    assertThat(config.urls())
        .extracting(RegistryUrl::base)
        .containsExactly("http://a:1", "https://b.example/apis/ccompat/v7");
    assertThat(config.urls()).extracting(RegistryUrl::encrypted).containsExactly(false, true);
    assertThat(new RegistryConfig(Map.of()).urls()).isEmpty();
  }

  @Test
  void shouldKeepEverySecretAsAPassword() {
    assertThat(RegistryConfig.CONFIG.configKeys().values())
        .filteredOn(
            key -> key.name.matches(".*(password|user\\.info|token|keystore\\.key|certificate.*)$"))
        .hasSizeGreaterThanOrEqualTo(8)
        .allMatch(key -> key.type == ConfigDef.Type.PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", "http://a:1,", "http://a:1,,http://b:1", "http://a:1;http://b:1"})
  void shouldRefuseAListWithAHole(String urls) {
    assertThatThrownBy(() -> new RegistryConfig(Map.of("schema.registry.url", urls)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url");
  }

  @ParameterizedTest
  @CsvSource({
    "max.retries, -1",
    "retries.wait.ms, soon",
    "http.read.timeout.ms, 0",
    "max.schemas.per.subject, 0",
    "auto.register.schemas, perhaps",
    "value.subject.name.strategy, com.example.OwnStrategy",
  })
  void shouldRefuseAValueOutOfBounds(String key, String value) {
    assertThatThrownBy(() -> new RegistryConfig(Map.of(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value);
  }

  @ParameterizedTest
  @CsvSource({
    "TopicNameStrategy, vectors-value",
    "io.confluent.kafka.serializers.subject.TopicNameStrategy, vectors-value",
    "RecordNameStrategy, dev.questream.avro.QuestionEmbedding",
    "io.confluent.kafka.serializers.subject.RecordNameStrategy, dev.questream.avro.QuestionEmbedding",
    "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy, vectors-dev.questream.avro.QuestionEmbedding",
  })
  void shouldNameSubjectsAsConfluentsStrategiesDo(String strategy, String subject) {
    RegistryConfig config = new RegistryConfig(Map.of("value.subject.name.strategy", strategy));
    assertThat(config.subjectNames().subject("vectors", QuestionEmbedding.getClassSchema()))
        .isEqualTo(subject);
  }
}
