package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The connector configurations in {@code deploy/connect} fit the records that Questream writes.
 * What a connector's own settings do is not known here; docs/connect.md says of each where they are
 * from.
 */
class ConnectConfigTest {
  private static final String STRING = "org.apache.kafka.connect.storage.StringConverter";
  private static final String JSON = "org.apache.kafka.connect.json.JsonConverter";

  /** What a registry's converter must be told to find the registry. */
  private static final Map<String, String> REGISTRY_CONVERTERS =
      Map.of(
          "io.confluent.connect.avro.AvroConverter", "value.converter.schema.registry.url",
          "io.apicurio.registry.utils.converter.AvroConverter",
              "value.converter.apicurio.registry.url");

  /**
   * How each sink is told to delete by tombstone; an empty list: it cannot, and the docs say so.
   */
  private static final Map<String, List<String>> TOMBSTONES =
      Map.of(
          "pgvector.json", List.of("delete.enabled", "true"),
          "pgvector-apicurio.json", List.of("delete.enabled", "true"),
          "elasticsearch.json", List.of("behavior.on.null.values", "DELETE"),
          "opensearch.json", List.of("behavior.on.null.values", "delete"),
          "mongodb.json", List.of("delete.on.null.values", "true"),
          "weaviate.json", List.of("delete.enabled", "true"),
          "redis.json", List.of("redis.command", "JSONSET"),
          "milvus.json", List.of(),
          "qdrant.json", List.of());

  private static final String SOURCE = "sources/debezium-postgres.json";

  private static final Pattern CONFIDENTIAL =
      Pattern.compile(
          ".*(password|token|api\\.key|secret|user|username|uri|url|endpoint|hostname|port|dbname)$");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+)}");

  static List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(Repository.path("deploy/connect"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  private static Map<String, String> config(String file) {
    return DeployFiles.strings(DeployFiles.json("deploy/connect/" + file).path("config"));
  }

  private static Set<String> fields() {
    return Set.copyOf(
        QuestionEmbedding.getClassSchema().getFields().stream()
            .filter(field -> !field.hasDefaultValue()) // as a record of float32 is written
            .map(Schema.Field::name)
            .toList());
  }

  @Test
  void shouldKnowHowEverySinkDeletes() throws IOException {
    assertThat(files()).containsExactlyInAnyOrderElementsOf(TOMBSTONES.keySet());
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldReadWhatQuestreamWrites(String file) {
    JsonNode document = DeployFiles.json("deploy/connect/" + file);
    assertThat(document.path("name").asText()).startsWith("questream-");
    document
        .path("config")
        .properties()
        .forEach(
            setting -> assertThat(setting.getValue().isTextual()).as(setting.getKey()).isTrue());
    Map<String, String> config = config(file);
    assertThat(config)
        .containsKeys("connector.class", "tasks.max")
        .containsEntry(
            "topics", new QuestreamConfig(Map.of()).getString(QuestreamConfig.EMBEDDINGS_TOPIC))
        .containsEntry("consumer.override.isolation.level", "read_committed")
        .containsEntry("key.converter", STRING)
        .doesNotContainKey("topics.regex");
    String converter = config.get("value.converter");
    if (converter.equals(JSON)) {
      assertThat(config).containsEntry("value.converter.schemas.enable", "false");
    } else {
      assertThat(REGISTRY_CONVERTERS).containsKey(converter);
      assertThat(config).containsKey(REGISTRY_CONVERTERS.get(converter));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldDeleteByTombstoneWhereTheSinkCan(String file) {
    List<String> setting = TOMBSTONES.get(file);
    String docs = section(file);
    if (setting.isEmpty()) {
      assertThat(docs).contains("**Deletions do not arrive.**");
    } else {
      assertThat(config(file)).containsEntry(setting.get(0), setting.get(1));
      assertThat(docs).doesNotContain("**Deletions do not arrive.**");
    }
  }

  static List<String> filesAndSources() throws IOException {
    List<String> all = new ArrayList<>(files());
    all.add(SOURCE);
    return all;
  }

  @ParameterizedTest
  @MethodSource("filesAndSources")
  void shouldHoldNoSecretAndNoAddress(String file) throws IOException {
    Properties worker = new Properties();
    worker.load(new StringReader(DeployFiles.text("deploy/connect/connect-standalone.properties")));
    Pattern allowed =
        Pattern.compile(worker.getProperty("config.providers.env.param.allowlist.pattern"));
    config(file)
        .forEach(
            (name, value) -> {
              Matcher variable = VARIABLE.matcher(value);
              if (CONFIDENTIAL.matcher(name).matches()) {
                assertThat(variable.matches()).as("%s=%s", name, value).isTrue();
                assertThat(variable.group(1)).matches(allowed);
              } else {
                assertThat(value).as(name).doesNotContain("://", "${env:");
              }
            });
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldNameOnlyFieldsOfTheRecord(String file) {
    config(file)
        .forEach(
            (name, value) -> {
              if (name.matches("transforms\\..*\\.(include|exclude|renames)")) {
                for (String part : value.split(",", -1)) {
                  assertThat(QuestionEmbedding.getClassSchema().getField(part.split(":", -1)[0]))
                      .as("%s=%s", name, value)
                      .isNotNull();
                }
              } else if (name.equals("vector.field.name") || name.equals("primary.key.fields")) {
                assertThat(fields()).as("%s=%s", name, value).contains(value);
              }
            });
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldTransformARecordAndLetTombstonesThrough(String file) throws Exception {
    Map<String, String> config = config(file);
    boolean withSchema = !config.get("value.converter").equals(JSON);
    SinkRecord record = ConnectRecords.transform(config, ConnectRecords.record(withSchema));
    SinkRecord tombstone = ConnectRecords.transform(config, ConnectRecords.tombstone());
    assertThat(tombstone.value()).isNull();
    switch (file) {
      case "pgvector.json", "pgvector-apicurio.json" -> {
        assertThat(((Struct) record.key()).getString("id")).isEqualTo(ConnectRecords.ID);
        assertThat(((Struct) tombstone.key()).getString("id")).isEqualTo(ConnectRecords.ID);
        Set<String> columns = new HashSet<>(fields());
        columns.remove("metadata");
        assertThat(names(record)).isEqualTo(columns);
      }
      case "mongodb.json" -> {
        assertThat(((Struct) record.key()).getString("_id")).isEqualTo(ConnectRecords.ID);
        assertThat(((Struct) tombstone.key()).getString("_id")).isEqualTo(ConnectRecords.ID);
      }
      case "qdrant.json" -> {
        Map<?, ?> value = (Map<?, ?>) record.value();
        assertThat(value.keySet().stream().map(Object::toString))
            .containsExactlyInAnyOrder("collection_name", "id", "vector", "payload");
        assertThat(value.get("id")).isEqualTo(ConnectRecords.ID);
        assertThat(value.get("vector")).isEqualTo(List.of(0.5, -0.25, 1e-7));
        assertThat(value.get("payload")).isEqualTo(Map.of("language", "en"));
      }
      case "weaviate.json" ->
          assertThat(names(record))
              .contains("question_id", "embedding", "text")
              .doesNotContain("id", "metadata");
      default -> {
        assertThat(record.key()).isEqualTo(ConnectRecords.ID);
        assertThat(names(record)).isEqualTo(fields());
      }
    }
  }

  private static Set<String> names(SinkRecord record) {
    return Set.copyOf(
        record.valueSchema().fields().stream()
            .map(org.apache.kafka.connect.data.Field::name)
            .toList());
  }

  @Test
  void shouldDifferForApicurioInTheConverterOnly() {
    Map<String, String> confluent = new HashMap<>(config("pgvector.json"));
    Map<String, String> apicurio = new HashMap<>(config("pgvector-apicurio.json"));
    confluent.keySet().removeIf(name -> name.startsWith("value.converter"));
    apicurio.keySet().removeIf(name -> name.startsWith("value.converter"));
    assertThat(apicurio).isEqualTo(confluent);
  }

  /** Without schemas, decimals and times must be written out by the connector. */
  @Test
  void shouldLetASourceWriteWhatJsonAloneCanSay() {
    assertThat(config(SOURCE))
        .containsEntry("key.converter", JSON)
        .containsEntry("key.converter.schemas.enable", "false")
        .containsEntry("value.converter", JSON)
        .containsEntry("value.converter.schemas.enable", "false")
        .containsEntry("decimal.handling.mode", "string")
        .containsEntry("time.precision.mode", "isostring");
    assertThat(DeployFiles.text("docs/connect.md")).contains("deploy/connect/" + SOURCE);
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldSayInTheDocsWhatIsKnownOfIt(String file) {
    assertThat(section(file)).containsPattern("\\*(From its documentation|Run here)");
  }

  /** The section of docs/connect.md that speaks of the file. */
  private static String section(String file) {
    return Stream.of(DeployFiles.text("docs/connect.md").split("\n### "))
        .skip(1) // what holds for all of them
        .filter(section -> section.contains("deploy/connect/" + file))
        .findFirst()
        .orElseThrow(() -> new AssertionError("docs/connect.md has no section on " + file));
  }
}
