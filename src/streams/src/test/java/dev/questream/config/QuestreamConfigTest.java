package dev.questream.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.PassageTemplate;
import dev.questream.serde.QuestionEmbeddingSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestreamConfigTest {

  /** An output format of the user's own. */
  public static final class IdSerializer implements Serializer<QuestionEmbedding> {
    private Map<String, ?> configs = Map.of();
    private boolean isKey = true;

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
      this.configs = configs;
      this.isKey = isKey;
    }

    @Override
    public byte[] serialize(String topic, QuestionEmbedding embedding) {
      return embedding.getId().getBytes(StandardCharsets.UTF_8);
    }
  }

  private static QuestreamConfig config(String... keysAndValues) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return new QuestreamConfig(settings);
  }

  // Values

  @Test
  void shouldHaveValidDefaults() {
    QuestreamConfig config = config();
    assertThat(config.streamsSettings()).containsEntry("processing.guarantee", "exactly_once_v2");
    assertThat(config.getList(QuestreamConfig.BOOTSTRAP_SERVERS)).containsExactly("localhost:9092");
    assertThat(config.outputSerializer()).isInstanceOf(QuestionEmbeddingSerializer.class);
    assertThat(config.duration(QuestreamConfig.WINDOW_MAX_AGE_MS)).isEqualTo(Duration.ofMillis(10));
    assertThat(config.cacheFolder()).isEqualTo(Folders.cache());
  }

  @Test
  void shouldGiveKafkaSettingsThatKafkaTakes() {
    QuestreamConfig config = config();
    assertThatCode(() -> new StreamsConfig(config.streamsSettings())).doesNotThrowAnyException();
    assertThatCode(() -> new AdminClientConfig(config.adminSettings())).doesNotThrowAnyException();
    Map<String, Object> producer = config.producerSettings();
    producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    assertThatCode(() -> new ProducerConfig(producer)).doesNotThrowAnyException();
    Map<String, Object> consumer = config.consumerSettings();
    consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    assertThatCode(() -> new ConsumerConfig(consumer)).doesNotThrowAnyException();
  }

  @Test
  void shouldDescribeEverySetting() {
    QuestreamConfig.CONFIG
        .configKeys()
        .values()
        .forEach(
            key -> {
              assertThat(key.documentation).as(key.name).isNotBlank().endsWith(".");
              assertThat(key.hasDefault()).as(key.name).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "bootstrap.server,bootstrap.servers",
    "modle,model",
    "encoder.worker,encoder.workers",
    "window.max.question,window.max.questions",
    "schema-registry-url,schema.registry.url",
    "input_format,input.format",
    "Model,model"
  })
  void shouldNameTheNearestSettingForAnUnknownOne(String wrong, String right) {
    assertThatThrownBy(() -> config(wrong, "1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no setting " + wrong + ";")
        .hasMessageContaining("did you mean " + right + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "encoder.workers,-1,0",
    "encoder.max.batch.tokens,15,16",
    "window.max.questions,0,1",
    "window.max.tokens,0,1",
    "window.max.age.ms,-1,0",
    "punctuation.interval.ms,0,1",
    "pending.max.questions,0,1",
    "pending.max.block.ms,1001,1000",
    "startup.timeout.ms,0,1",
    "shutdown.timeout.ms,0,1",
    "encoder.precision.min.cosine,1.01,1",
    "encoder.precision.min.cosine,-0.01,0",
    "encoder.precision.min.cosine,NaN,1",
    "encoder.workers,many,encoder.workers",
    "encoder.workers,2147483648,encoder.workers",
    "input.format,xml,json",
    "output.format,text,json",
    "encoder.precision,int4,bf16",
    "encoder.device,gpu,cuda:0",
    "encoder.device,cuda:,cuda:0",
    "encoder.device,cpu;cuda:0,cuda:0",
    "encoder.max.batch.tokens,15,at least 16",
    "application.id,'',non-empty",
    "questions.topic,'',non-empty",
    "embeddings.topic,'',non-empty",
    "dlq.topic,'',non-empty",
    "model,'',non-empty",
    "state.dir,'',non-empty",
    "cache.dir,'',non-empty",
    "output.value.serializer,com.example.Missing,com.example.Missing"
  })
  void shouldNameSettingAndBoundsForAnInvalidValue(String key, String value, String hint) {
    assertThatThrownBy(() -> config(key, value))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(value)
        .hasMessageContaining(hint);
  }

  @Test
  void shouldTakeValuesAtTheirBounds() {
    QuestreamConfig config =
        config(
            "encoder.max.batch.tokens", "16",
            "window.max.age.ms", "0",
            "pending.max.block.ms", "1000",
            "encoder.precision.min.cosine", "1");
    assertThat(config.getInt(QuestreamConfig.MAX_BATCH_TOKENS)).isEqualTo(16);
    assertThat(config.duration(QuestreamConfig.WINDOW_MAX_AGE_MS)).isZero();
    assertThat(config.duration(QuestreamConfig.MAX_BLOCK_MS)).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.getDouble(QuestreamConfig.MIN_COSINE)).isEqualTo(1.0);
  }

  @Test
  void shouldTakeAsManyWorkersAsCoresForZero() {
    assertThat(config("encoder.workers", "0").workers())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config("encoder.workers", "3").workers()).isEqualTo(3);
  }

  @Test
  void shouldTellTheModelsPrefixFromNoneAndFromText() {
    assertThat(config().prefix()).isEmpty();
    assertThat(config("encoder.prefix", "model").prefix()).isEmpty();
    assertThat(config("encoder.prefix", "").prefix()).contains("");
    assertThat(config("encoder.prefix", "query: ").prefix()).contains("query: ");
  }

  @Test
  void shouldReadTheTemplateOfPassages() {
    assertThat(config().passageTemplate()).isEmpty();
    assertThat(config("encoder.passage.template", "pair").passageTemplate())
        .contains(PassageTemplate.PAIR);
    assertThat(config("encoder.passage.template", "{title}: {text}").passageTemplate())
        .contains(new PassageTemplate("{title}: {text}"));
    assertThatThrownBy(() -> config("encoder.passage.template", "{title}"))
        .hasMessageContaining("model, pair, or a text with {text}");
  }

  @Test
  void shouldTakeAFolderForTheCache() {
    assertThat(config("cache.dir", "/tmp/some where").cacheFolder())
        .isEqualTo(Path.of("/tmp/some where"));
  }

  // Pass-through

  @Test
  void shouldPassKafkasSettingsOnToEveryClient() {
    QuestreamConfig config =
        config("kafka.security.protocol", "SASL_SSL", "kafka.sasl.mechanism", "PLAIN");
    assertThat(config.streamsSettings())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.mechanism", "PLAIN");
    for (Map<String, Object> settings :
        java.util.List.of(
            config.adminSettings(), config.producerSettings(), config.consumerSettings())) {
      assertThat(settings)
          .containsEntry("security.protocol", "SASL_SSL")
          .containsEntry("sasl.mechanism", "PLAIN")
          .doesNotContainKey("kafka.sasl.mechanism");
    }
  }

  @Test
  void shouldPassEachPrefixOnToItsOwnClientOnly() {
    QuestreamConfig config =
        config(
            "streams.num.stream.threads", "3",
            "producer.compression.type", "zstd",
            "consumer.max.poll.records", "7");
    Properties streams = config.streamsSettings();
    assertThat(streams)
        .containsEntry("num.stream.threads", "3")
        .containsEntry("producer.compression.type", "zstd")
        .containsEntry("consumer.max.poll.records", "7")
        .doesNotContainKeys("compression.type", "max.poll.records", "streams.num.stream.threads");
    assertThat(config.producerSettings())
        .containsEntry("compression.type", "zstd")
        .doesNotContainKeys("max.poll.records", "num.stream.threads");
    assertThat(config.consumerSettings())
        .containsEntry("max.poll.records", "7")
        .doesNotContainKeys("compression.type", "num.stream.threads");
    assertThat(config.adminSettings())
        .doesNotContainKeys("compression.type", "max.poll.records", "num.stream.threads");
  }

  @Test
  void shouldReachTheClientsOfKafkaStreams() {
    StreamsConfig streams =
        new StreamsConfig(
            config(
                    "producer.compression.type", "zstd",
                    "consumer.max.poll.records", "7",
                    "kafka.client.dns.lookup", "resolve_canonical_bootstrap_servers_only",
                    "streams.num.stream.threads", "3")
                .streamsSettings());
    assertThat(streams.getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG)).isEqualTo(3);
    assertThat(streams.getProducerConfigs("p"))
        .containsEntry("compression.type", "zstd")
        .containsEntry("linger.ms", 5)
        .containsEntry("client.dns.lookup", "resolve_canonical_bootstrap_servers_only");
    assertThat(streams.getMainConsumerConfigs("g", "c", 0))
        .containsEntry("max.poll.records", "7")
        .containsEntry("auto.offset.reset", "earliest")
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("client.dns.lookup", "resolve_canonical_bootstrap_servers_only");
  }

  @Test
  void shouldLetTheUsersSettingsWinOverOurs() {
    QuestreamConfig config =
        config(
            "streams.commit.interval.ms", "30000",
            "streams.poll.ms", "77",
            "producer.linger.ms", "0",
            "producer.enable.idempotence", "false",
            "consumer.auto.offset.reset", "latest",
            "consumer.isolation.level", "read_uncommitted",
            "kafka.request.timeout.ms", "123",
            "kafka.bootstrap.servers", "other:1");
    Properties streams = config.streamsSettings();
    assertThat(streams)
        .containsEntry("commit.interval.ms", "30000")
        .containsEntry("poll.ms", "77")
        .containsEntry("producer.linger.ms", "0")
        .containsEntry("consumer.auto.offset.reset", "latest")
        .containsEntry("bootstrap.servers", "other:1");
    assertThat(config.producerSettings()).containsEntry("enable.idempotence", "false");
    assertThat(config.consumerSettings()).containsEntry("isolation.level", "read_uncommitted");
    assertThat(config.adminSettings())
        .containsEntry("request.timeout.ms", "123")
        .containsEntry("bootstrap.servers", "other:1");
  }

  @Test
  void shouldLetTheNarrowerPrefixWin() {
    QuestreamConfig config =
        config(
            "kafka.client.id", "all",
            "producer.client.id", "narrow",
            "consumer.client.id", "narrow",
            "streams.client.id", "narrow",
            "producer.linger.ms", "1",
            "streams.producer.linger.ms", "2");
    assertThat(config.adminSettings()).containsEntry("client.id", "all");
    assertThat(config.producerSettings()).containsEntry("client.id", "narrow");
    assertThat(config.consumerSettings()).containsEntry("client.id", "narrow");
    assertThat(config.streamsSettings())
        .containsEntry("client.id", "narrow")
        .containsEntry("producer.linger.ms", "2");
  }

  @Test
  void shouldReadOnlyWhatIsCommitted() {
    assertThat(config().consumerSettings()).containsEntry("isolation.level", "read_committed");
    assertThat(config("processing.guarantee", "at_least_once").streamsSettings())
        .containsEntry("consumer.isolation.level", "read_committed");
    assertThat(config("consumer.isolation.level", "read_uncommitted").streamsSettings())
        .containsEntry("consumer.isolation.level", "read_uncommitted");
  }

  @ParameterizedTest
  @ValueSource(strings = {"streams.group.protocol", "kafka.group.protocol"})
  void shouldRefuseTheProtocolThatTakesTheConsumerAway(String key) {
    assertThatThrownBy(() -> config(key, "Streams"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("leave it at classic");
    assertThatCode(() -> config(key, "classic")).doesNotThrowAnyException();
  }

  @Test
  void shouldBeExactlyOnceUnlessToldOtherwiseInOnePlace() {
    assertThat(config().streamsSettings()).containsEntry("processing.guarantee", "exactly_once_v2");
    assertThat(config("processing.guarantee", "at_least_once").streamsSettings())
        .containsEntry("processing.guarantee", "at_least_once");
    assertThatThrownBy(() -> config("processing.guarantee", "at_most_once"))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> config("streams.processing.guarantee", "at_least_once"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set processing.guarantee");
    assertThatThrownBy(() -> config("streams.application.id", "other"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("set application.id");
  }

  @Test
  void shouldRefuseTopicsThatAreTheSame() {
    assertThatThrownBy(() -> config("embeddings.topic", "questions"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("three different topics");
  }

  @Test
  void shouldGiveKafkaStreamsOurNamesAndFolders() {
    assertThat(
            config(
                    "bootstrap.servers", "a:1, b:2",
                    "application.id", "app",
                    "state.dir", "/tmp/state",
                    "punctuation.interval.ms", "25")
                .streamsSettings())
        .containsEntry("bootstrap.servers", "a:1,b:2")
        .containsEntry("application.id", "app")
        .containsEntry("state.dir", "/tmp/state")
        .containsEntry("poll.ms", 25L);
  }

  @Test
  void shouldWaitForBrokersAsLongAsIsSet() {
    assertThat(config("startup.timeout.ms", "500").adminSettings())
        .containsEntry("default.api.timeout.ms", 500)
        .containsEntry("request.timeout.ms", 500);
  }

  /** Kafka takes an int there. */
  @ParameterizedTest
  @ValueSource(strings = {"2147483647", "2147483648", "9223372036854775807"})
  void shouldWaitLongOrRefuseTheValueButNotOverflow(String millis) {
    Map<String, Object> admin;
    try {
      admin = config("startup.timeout.ms", millis).adminSettings();
    } catch (ConfigException e) {
      assertThat(e).hasMessageContaining("startup.timeout.ms");
      return;
    }
    assertThat(admin)
        .containsEntry("default.api.timeout.ms", Integer.MAX_VALUE)
        .containsEntry("request.timeout.ms", Integer.MAX_VALUE);
  }

  // Serializers

  @Test
  void shouldTellSerializersTheirSettings() {
    QuestreamConfig config =
        config(
            "input.format", "text", "output.format", "json", "schema.registry.url", "http://r:1");
    Map<String, Object> expected =
        Map.of(
            "input.format", "text",
            "output.format", "json",
            "output.vector", "float32",
            "schema.registry.url", "http://r:1");
    assertThat(config.serdeSettings()).isEqualTo(expected);
    assertThat(config.producerSettings()).containsAllEntriesOf(expected);
    assertThat(config.consumerSettings()).containsAllEntriesOf(expected);
  }

  @Test
  void shouldConfigureTheOutputSerializer() {
    IdSerializer own =
        (IdSerializer)
            (Serializer<?>)
                config(
                        "output.value.serializer", IdSerializer.class.getName(),
                        "output.format", "json",
                        "encoder.workers", "2")
                    .outputSerializer();
    assertThat(own.isKey).isFalse();
    assertThat(own.configs.get("output.format")).isEqualTo("json");
    assertThat(own.configs.get("encoder.workers")).isEqualTo(2);
    assertThat(own.configs.keySet()).hasSameElementsAs(QuestreamConfig.CONFIG.names());
  }

  /** A wrong setting, not a Kafka that is not reachable. */
  @Test
  void shouldNameTheSettingForAClassThatIsNoSerializer() {
    assertThatThrownBy(
            () -> config("output.value.serializer", "java.lang.String").outputSerializer())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("output.value.serializer")
        .hasMessageContaining("java.lang.String");
  }

  @Test
  void shouldLetTheProfileSetWhatTheUserDoesNot() {
    QuestreamConfig latency = config("profile", "latency", "window.max.questions", "7");
    assertThat(latency.getInt("window.max.questions")).isEqualTo(7);
    assertThat(latency.getInt("encoder.max.batch.tokens")).isEqualTo(512);
    assertThat(latency.streamsSettings())
        .containsEntry("commit.interval.ms", "20")
        .containsEntry("producer.linger.ms", "0");
    assertThat(latency.with("application.id", "other").getInt("window.max.questions")).isEqualTo(7);
    assertThat(config("profile", "latency", "streams.commit.interval.ms", "30").streamsSettings())
        .containsEntry("commit.interval.ms", "30");
    assertThat(config("profile", "throughput").values()).isEqualTo(config().values());
    assertThatThrownBy(() -> config("profile", "fast"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("throughput, latency");
  }

  @Test
  void shouldTakeAnInstanceForStaticOnlyWhenTheUserNamedIt() {
    assertThat(config().staticMember()).isFalse();
    assertThat(config("instance.id", "pod-0").staticMember()).isTrue();
    assertThat(config("consumer.group.instance.id", "pod-0").staticMember()).isTrue();
    assertThat(config("consumer.group.instance.id", "pod-0").hasGroupInstanceId()).isTrue();
    assertThat(config("instance.id", "pod-0").hasGroupInstanceId()).isFalse();
  }

  @Test
  void shouldHandTheFieldsOfRecordsToTheDecoderAsTheyWereWritten() {
    QuestreamConfig config =
        new QuestreamConfig(Map.of("input.text", "a, b", "input.text.separator", " "));
    assertThat(config.serdeSettings())
        .containsEntry("input.text", "a, b")
        .containsEntry("input.text.separator", " ")
        .doesNotContainKey("input.id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input.txt=body|did you mean input.text?",
        "input.text=a..b|input.text",
        "input.envelope=maxwell|input.envelope",
        "input.format=text;input.text=body|input.text=body",
        "input.format=text;input.envelope=debezium|input.envelope=debezium",
        "input.key=avro|schema.registry.url",
        "input.schema.file=/nowhere.avsc|/nowhere.avsc",
        "input.format=json;input.envelope=debezium;http.ask.enabled=true|http.ask.enabled"
      })
  void shouldRefuseFieldsThatCannotBe(String settings, String message) {
    Map<String, String> all = new HashMap<>();
    for (String setting : settings.split(";")) {
      all.put(setting.split("=")[0], setting.split("=")[1]);
    }
    assertThatThrownBy(() -> new QuestreamConfig(all))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
