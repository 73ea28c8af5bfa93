package dev.questream.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.registry.ConfluentRegistryClient;
import dev.questream.serde.registry.SchemaRegistryException;
import dev.questream.serde.registry.TlsStores;
import dev.questream.serde.registry.UnknownSchemaException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The registry's client against Apicurio. */
@Tag("world")
@Timeout(240)
class ApicurioRegistryIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA = Question.getClassSchema();

  @TempDir static Path folder;
  private static ApicurioRegistry registry;
  private static TlsStores stores;

  private final String topic = "topic-" + UUID.randomUUID();

  @BeforeAll
  static void start() throws Exception {
    stores = new TlsStores(folder, "localhost");
    registry = ApicurioRegistry.startWithTls(folder, stores.keyStore(), TlsStores.PASSWORD);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static ConfluentRegistryClient client(String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("schema.registry.url", registry.confluentUrl());
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new ConfluentRegistryClient(settings);
  }

  /** A schema of questions with one field more. */
  private static Schema questionWith(String field) {
    String schema = SCHEMA.toString();
    String fields = "\"fields\":[";
    return new Schema.Parser().parse(schema.replaceFirst("\"fields\":\\[", fields + field + ","));
  }

  @Test
  void shouldRegisterOnceAndFindByIdAndSubject() throws Exception {
    int id = client().idFor(topic, SCHEMA);
    assertThat(client().idFor(topic, SCHEMA)).isEqualTo(id);
    assertThat(client().byId(id)).isEqualTo(SCHEMA);
    JsonNode latest =
        JSON.readTree(
            registry.get("/apis/ccompat/v7/subjects/" + topic + "-value/versions/latest"));
    assertThat(latest.path("id").intValue()).isEqualTo(id);
    assertThat(latest.path("version").intValue()).isEqualTo(1);
    assertThat(new Schema.Parser().parse(latest.path("schema").asText())).isEqualTo(SCHEMA);
  }

  @Test
  void shouldRegisterUnderTheSubjectOfEachStrategy() throws Exception {
    client("value.subject.name.strategy", "RecordNameStrategy").idFor(topic, SCHEMA);
    client("value.subject.name.strategy", "TopicRecordNameStrategy").idFor(topic, SCHEMA);
    assertThat(JSON.readTree(registry.get("/apis/ccompat/v7/subjects")))
        .extracting(JsonNode::asText)
        .contains("dev.questream.avro.Question", topic + "-dev.questream.avro.Question");
  }

  @Test
  void shouldBlameTheRecordForAnIdThatIsNotThere() {
    assertThatThrownBy(() -> client().byId(123_456_789))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining("knows no schema 123456789");
  }

  @Test
  void shouldTakeACompatibleSchemaAndRefuseAnother() throws Exception {
    int first = client().idFor(topic, SCHEMA);
    registry.put("/apis/ccompat/v7/config/" + topic + "-value", "{\"compatibility\":\"BACKWARD\"}");
    Schema compatible = questionWith("{\"name\":\"channel\",\"type\":\"string\",\"default\":\"\"}");
    int second = client().idFor(topic, compatible);
    assertThat(second).isNotEqualTo(first);
    assertThat(client().byId(second)).isEqualTo(compatible);

    Schema incompatible = questionWith("{\"name\":\"channel\",\"type\":\"int\"}");
    assertThatThrownBy(() -> client().idFor(topic, incompatible))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("the subject " + topic + "-value holds a schema")
        .hasMessageContaining("HTTP 409")
        .hasMessageContaining("value.subject.name.strategy");
  }

  @Test
  void shouldLookUpOnlyWhereItMustNotRegister() throws Exception {
    ConfluentRegistryClient readOnly = client("auto.register.schemas", "false");
    assertThatThrownBy(() -> readOnly.idFor(topic, SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("register schemas/Question.avsc under it");
    client().idFor(topic, QuestionEmbedding.getClassSchema());
    assertThatThrownBy(() -> readOnly.idFor(topic, SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("register schemas/Question.avsc under it");
    int id = client().idFor(topic, SCHEMA);
    assertThat(readOnly.idFor(topic, SCHEMA)).isEqualTo(id);
  }

  @Test
  void shouldSpeakTls() throws Exception {
    String url = registry.confluentTlsUrl();
    assertThatThrownBy(() -> client("schema.registry.url", url).idFor(topic, SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("schema.registry.ssl.truststore.location");
    ConfluentRegistryClient trusting =
        client(
            "schema.registry.url",
            url,
            "schema.registry.ssl.truststore.type",
            "PEM",
            "schema.registry.ssl.truststore.certificates",
            stores.certificatePem());
    assertThat(trusting.idFor(topic, SCHEMA)).isEqualTo(client().idFor(topic, SCHEMA));
  }

  @Test
  void shouldWaitForARegistryThatIsRestarted() throws Exception {
    int id = client().idFor(topic, SCHEMA);
    registry.stop();
    CompletableFuture<Void> started =
        CompletableFuture.runAsync(
            registry::start, CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
    try {
      ConfluentRegistryClient patient = client("max.retries", "100", "retries.max.wait.ms", "1000");
      assertThat(patient.byId(id)).isEqualTo(SCHEMA);
      assertThat(patient.idFor(topic, SCHEMA)).isEqualTo(id);
    } finally {
      started.get();
    }
  }
}
