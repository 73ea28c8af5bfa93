package dev.questream.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.QuestionSerializer;
import dev.questream.serde.RegistryCheck;
import dev.questream.serde.SerdeConfig;
import dev.questream.testing.Repository;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The registry's client against a stand-in that speaks HTTP. */
class ConfluentRegistryClientTest {
  private static final Schema SCHEMA = Question.getClassSchema();

  private RegistryStandIn registry;
  private ConfluentRegistryClient client;

  @BeforeEach
  void start() {
    registry = new RegistryStandIn();
    client = new ConfluentRegistryClient(settings(registry.url()));
  }

  /** Without patience: what fails, fails at once. */
  private static Map<String, String> settings(String url) {
    return Map.of(RegistryConfig.URL, url, RegistryConfig.MAX_RETRIES, "0");
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void shouldRegisterASchemaUnderItsSubject() throws Exception {
    assertThat(client.idFor("questions", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
    assertThat(registry.requests()).containsExactly("POST /subjects/questions-value/versions");
    JsonNode body = new ObjectMapper().readTree(registry.bodies().get(0));
    assertThat(new Schema.Parser().parse(body.path("schema").asText())).isEqualTo(SCHEMA);
    assertThat(body.path("schemaType").asText()).isEqualTo("AVRO");
  }

  @Test
  void shouldAskOnceForTheSameSchemaAndSubject() {
    int first = client.idFor("a", SCHEMA);
    assertThat(client.idFor("a", SCHEMA)).isEqualTo(first);
    assertThat(registry.requests()).hasSize(1);
  }

  @Test
  void shouldAskAgainForAnotherSubjectAndAnotherSchema() {
    client.idFor("a", SCHEMA);
    client.idFor("b", SCHEMA);
    client.idFor("a", QuestionEmbedding.getClassSchema());
    assertThat(registry.requests())
        .containsExactly(
            "POST /subjects/a-value/versions",
            "POST /subjects/b-value/versions",
            "POST /subjects/a-value/versions");
  }

  @Test
  void shouldFindASchemaByItsIdAndAskOnce() {
    int id = registry.add(SCHEMA.toString());
    assertThat(client.byId(id)).isEqualTo(SCHEMA);
    assertThat(client.byId(id)).isEqualTo(SCHEMA);
    assertThat(registry.requests()).containsExactly("GET /schemas/ids/" + id);
  }

  @Test
  void shouldSayNotFoundForAnIdThatTheRegistryDoesNotKnow() {
    assertThatThrownBy(() -> client.byId(17))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining("schema 17")
        .cause()
        .hasMessageContaining(registry.url())
        .hasMessageContaining("Schema not found");
  }

  @Test
  void shouldAskAgainAfterAFailure() {
    registry.answerAlways(503, "later");
    assertThatThrownBy(() -> client.idFor("a", SCHEMA)).isInstanceOf(SchemaRegistryException.class);
    registry.answerAgain();
    assertThat(client.idFor("a", SCHEMA)).isEqualTo(RegistryStandIn.FIRST_ID);
    assertThat(client.byId(RegistryStandIn.FIRST_ID)).isEqualTo(SCHEMA);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 401, 403, 409, 422, 500})
  void shouldPassTheRegistrysOwnMessageOn(int status) {
    registry.answerAlways(status, "{\"error_code\":42,\"message\":\"incompatible, mind you\"}");
    SchemaRegistryException failure =
        catchThrowableOfType(SchemaRegistryException.class, () -> client.idFor("a", SCHEMA));
    assertThat(failure)
        .hasMessageContaining("incompatible, mind you")
        .hasMessageContaining("HTTP " + status)
        .hasMessageContaining("a-value")
        .hasMessageContaining(registry.url());
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>welcome to the proxy</html>", "{\"id\":", "nothing"})
  void shouldRefuseAnAnswerThatIsNoJson(String body) {
    registry.answerAlways(200, body);
    assertThatThrownBy(() -> client.idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("did not answer JSON")
        .hasMessageContaining(registry.url());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"id\":\"seven\"}", "{\"id\":1e3}", "[]", "null", ""})
  void shouldRefuseAnAnswerWithoutAnId(String body) {
    registry.answerAlways(200, body);
    assertThatThrownBy(() -> client.idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("without an id")
        .hasMessageContaining(registry.url());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"schema\":null}", "{\"schema\":\"\"}", "{\"error\":1}"})
  void shouldRefuseAnAnswerWithoutASchema(String body) {
    registry.answerAlways(200, body);
    assertThatThrownBy(() -> client.byId(5))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("schema 5")
        .hasMessageContaining(registry.url());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"schema\":\"syntax = \\\"proto3\\\"; message A {}\",\"schemaType\":\"PROTOBUF\"}",
        "{\"schema\":\"{\\\"type\\\":\\\"object\\\"}\",\"schemaType\":\"JSON\"}",
        "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"fields\\\":[]}\"}",
        "{\"schema\":\"{\\\"type\\\":\\\"string\\\"}\",\"schemaType\":\"JSON\"}"
      })
  void shouldBlameTheRecordForASchemaThatIsNotAvro(String body) {
    registry.answerAlways(200, body);
    assertThatThrownBy(() -> client.byId(5))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining("5")
        .hasMessageContaining(registry.url());
  }

  @Test
  void shouldAskForASchemaByItsGuidOnce() {
    UUID guid = UUID.fromString("d7a8fbb3-07d7-8094-a1b2-c3d4e5f60718");
    registry.answerNext(200, "{\"schema\":\"\\\"string\\\"\"}");
    assertThat(client.byGuid(guid)).isEqualTo(client.byGuid(guid));
    assertThat(registry.requests()).containsExactly("GET /schemas/guids/" + guid);
  }

  /** Older registries have no such path; that must not stop the application at each such record. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error_code\":40403,\"message\":\"Schema not found\"}",
        "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}"
      })
  void shouldBlameTheRecordForAGuidThatIsNotThere(String body) {
    registry.answerAlways(404, body);
    assertThatThrownBy(() -> client.byGuid(new UUID(1, 2)))
        .isInstanceOf(UnknownSchemaException.class)
        .hasMessageContaining("PrefixSchemaIdSerializer");
    registry.answerAlways(500, "on fire");
    assertThatThrownBy(() -> client.byGuid(new UUID(1, 2)))
        .isInstanceOf(SchemaRegistryException.class);
  }

  @Test
  void shouldNotBlameTheRecordWhenSomethingElseAnswersUnderTheUrl() {
    registry.answerAlways(404, "<html>no such page</html>");
    assertThatThrownBy(() -> client.byId(5)).isInstanceOf(SchemaRegistryException.class);
    registry.answerAlways(401, "who are you");
    assertThatThrownBy(() -> client.byId(5)).isInstanceOf(SchemaRegistryException.class);
    registry.answerAlways(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    assertThatThrownBy(() -> client.byId(5)).isInstanceOf(UnknownSchemaException.class);
  }

  @Test
  void shouldSayThatARegistryIsNotReachable() throws Exception {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    ConfluentRegistryClient unreachable =
        new ConfluentRegistryClient(settings("http://localhost:" + closed));
    SchemaRegistryException failure =
        catchThrowableOfType(SchemaRegistryException.class, () -> unreachable.byId(1));
    assertThat(failure)
        .hasMessageContaining("not reachable")
        .hasMessageContaining("http://localhost:" + closed);
  }

  /** A slip that everyone makes once: the URL without its scheme. */
  @ParameterizedTest
  @ValueSource(strings = {"localhost:8081", "not a url", "ftp://localhost", "/relative"})
  void shouldNameAUrlThatIsNone(String url) {
    assertThatThrownBy(() -> new ConfluentRegistryClient(settings(url)))
        .isInstanceOf(org.apache.kafka.common.KafkaException.class)
        .hasMessageContaining(url);
  }

  @Test
  void shouldTakeAUrlWithATrailingSlashAndAPath() {
    new ConfluentRegistryClient(settings(registry.url() + "/")).idFor("a", SCHEMA);
    new ConfluentRegistryClient(settings(registry.url() + "/apis/ccompat/v7/")).idFor("a", SCHEMA);
    assertThat(registry.requests())
        .containsExactly(
            "POST /subjects/a-value/versions", "POST /apis/ccompat/v7/subjects/a-value/versions");
  }

  @Test
  void shouldEncodeASubjectForTheUrl() {
    client.idFor("a/b?c#d%é", SCHEMA);
    assertThat(registry.requests())
        .containsExactly("POST /subjects/a%2Fb%3Fc%23d%25%C3%A9-value/versions");
  }

  @Test
  void shouldRegisterUnderTheSubjectThatTheStrategyNames() {
    client(Map.of(RegistryConfig.SUBJECT_NAMES, "TopicRecordNameStrategy")).idFor("a", SCHEMA);
    assertThat(registry.subjects()).containsExactly("a-dev.questream.avro.Question");
  }

  @Test
  void shouldSayWhatToDoAboutAnIncompatibleSchema() {
    registry.answerAlways(
        409, "{\"error_code\":409,\"message\":\"reader field 'x' has no default\"}");
    assertThatThrownBy(() -> client.idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("the subject a-value holds a schema that dev.questream.avro.Question")
        .hasMessageContaining("/subjects/a-value/versions/latest")
        .hasMessageContaining("value.subject.name.strategy")
        .hasMessageContaining("reader field 'x' has no default");
  }

  private ConfluentRegistryClient client(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(settings(registry.url()));
    settings.putAll(more);
    return new ConfluentRegistryClient(settings);
  }

  private ConfluentRegistryClient readOnly() {
    return client(Map.of(RegistryConfig.AUTO_REGISTER, "false"));
  }

  @Test
  void shouldLookUpWhatItMustNotRegister() {
    int id = client.idFor("a", SCHEMA);
    assertThat(readOnly().idFor("a", SCHEMA)).isEqualTo(id);
    assertThat(registry.requests())
        .containsExactly("POST /subjects/a-value/versions", "POST /subjects/a-value");
  }

  /** Apicurio keeps and compares the text as it came. */
  @Test
  void shouldFindASchemaThatWasRegisteredInOtherWhiteSpace() throws Exception {
    String file = Files.readString(Repository.path("schemas/Question.avsc"));
    int id = registry.register("a-value", file);
    assertThat(readOnly().idFor("a", new Schema.Parser().parse(file))).isEqualTo(id);
  }

  /** Nobody has registered anything, and then something else. */
  @Test
  void shouldSayWhatToDoWhereTheSchemaIsNotThere() {
    assertNotThere();
    client.idFor("a", QuestionEmbedding.getClassSchema());
    assertNotThere();
    assertThat(registry.requests()).filteredOn(r -> r.endsWith("/versions")).hasSize(1);
  }

  private void assertNotThere() {
    assertThatThrownBy(() -> readOnly().idFor("a", SCHEMA))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("a-value")
        .hasMessageContaining("register schemas/Question.avsc under it")
        .hasMessageContaining("auto.register.schemas=true")
        .hasMessageContaining(registry.url());
  }

  @Test
  void shouldForgetWhatWasNotUsedForLongest() {
    ConfluentRegistryClient small = client(Map.of(RegistryConfig.MAX_SCHEMAS, "2"));
    for (String topic : List.of("a", "b", "a", "c", "a", "b")) {
      small.idFor(topic, SCHEMA);
    }
    assertThat(registry.requests())
        .as("a stays, b makes room for c and is asked for again")
        .containsExactly(
            "POST /subjects/a-value/versions",
            "POST /subjects/b-value/versions",
            "POST /subjects/c-value/versions",
            "POST /subjects/b-value/versions");
  }

  /** Other languages know nothing of Java's strings, and auto.register.schemas=false compares. */
  @ParameterizedTest
  @ValueSource(strings = {"Question", "QuestionEmbedding"})
  void shouldRegisterTheSchemaAsTheFileHasIt(String name) throws Exception {
    Schema file = new Schema.Parser().parse(Repository.path("schemas/" + name + ".avsc").toFile());
    if (name.equals("Question")) {
      try (QuestionSerializer serializer = new QuestionSerializer()) {
        serializer.configure(settings(registry.url()), false);
        serializer.serialize("t", new Question("1", "Why?", Map.of(), 0L));
      }
    } else {
      RegistryCheck.embeddings(settings(registry.url()), "t", false);
    }
    assertThat(new ObjectMapper().readTree(registry.bodies().get(0)).path("schema").asText())
        .isEqualTo(file.toString());
  }

  @Test
  void shouldRegisterTheSchemaOfEmbeddingsInTheCheck() {
    RegistryCheck.embeddings(settings(registry.url()), "vectors", false);
    assertThat(registry.requests()).containsExactly("POST /subjects/vectors-value/versions");
    assertThat(registry.bodies().get(0)).contains("QuestionEmbedding");
  }

  @Test
  void shouldFailTheCheckWhenTheRegistryRefuses() {
    registry.answerAlways(409, "{\"message\":\"not backward compatible\"}");
    assertThatThrownBy(() -> RegistryCheck.embeddings(settings(registry.url()), "vectors", false))
        .isInstanceOf(SchemaRegistryException.class)
        .hasMessageContaining("not backward compatible");
  }

  @Test
  void shouldCheckNothingForJsonAndWithoutARegistry() {
    assertThatCode(() -> RegistryCheck.embeddings(Map.of(), "vectors", false))
        .doesNotThrowAnyException();
    RegistryCheck.embeddings(
        Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url(), SerdeConfig.OUTPUT_FORMAT, "json"),
        "vectors",
        false);
    assertThat(registry.requests()).isEmpty();
  }
}
