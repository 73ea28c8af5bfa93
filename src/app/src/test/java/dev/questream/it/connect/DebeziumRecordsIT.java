package dev.questream.it.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.app.kafka.TopicScan;
import dev.questream.avro.Question;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.registry.ApicurioRegistry;
import dev.questream.serde.DebeziumRecords;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.ReadingText;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Debezium's connector for PostgreSQL makes of one script of SQL, with each converter and with
 * {@code ExtractNewRecordState}, is read alike, and as the records that are kept for {@code
 * DebeziumRecordsTest}. {@code -Dquestream.update=true} keeps those of this run.
 */
@Tag("world")
@Timeout(600)
class DebeziumRecordsIT {
  private static final String WITHOUT_ID =
      "refuses: the record deletes, but neither its row nor its key has an id";
  private static final String LAST = "Is it done?";
  private static final Set<String> NOISE = Set.of("skips heartbeat", "skips transaction");
  private static final Set<String> FORMS = DebeziumForms.ALL.keySet();
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;
  private static PostgresServer postgres;
  private static ApicurioRegistry registry;
  private static ConnectWorker worker;
  private static Connection connection;

  @BeforeAll
  static void start() throws Exception {
    postgres = Prerequisites.postgresWithPgvector();
    connection = postgres.connect();
    registry = ApicurioRegistry.start(Files.createDirectory(folder.resolve("registry")));
    EmbeddedBroker broker = KafkaFixture.broker();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(FORMS.stream().map(form -> new NewTopic(form, 1, (short) 1)).toList())
          .all()
          .get();
    }
    Map<String, String> environment = new HashMap<>(postgres.environment());
    environment.put("APICURIO_REGISTRY_URL", registry.nativeUrl());
    worker =
        ConnectWorker.start(
            DebeziumSource.WORKER,
            folder,
            broker.bootstrapServers(),
            List.of(DebeziumSource.PLUGIN, "apicurio-converter"),
            environment);
    execute(DebeziumRecords.TABLES);
    for (String form : FORMS) {
      worker.create(DebeziumForms.file(folder, form));
    }
    String streaming = Integer.toString(FORMS.size());
    worker.await(
        "json",
        () ->
            new Rows(connection)
                .one("SELECT count(*) FROM pg_replication_slots WHERE active")
                .equals(streaming));
    execute(DebeziumRecords.CHANGES);
    for (String form : FORMS) {
      worker.await(form, () -> holds(form, LAST) && readings(form).contains("skips heartbeat"));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {worker, connection, registry, postgres}) {
      if (part != null) {
        part.close();
      }
    }
  }

  private static void execute(String script) throws Exception {
    try (Statement statement = connection.createStatement()) {
      for (String one : script.split(";\n")) {
        statement.execute(one);
      }
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String form) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    QuestreamConfig config =
        new QuestreamConfig(Map.of("bootstrap.servers", KafkaFixture.broker().bootstrapServers()));
    try (TopicScan scan = new TopicScan(config, form)) {
      scan.forEachRemaining(records::add);
    }
    return records;
  }

  private static boolean holds(String form, String text) {
    return records(form).stream()
        .anyMatch(record -> record.value() != null && text(record.value()).contains(text));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  private static QuestionDecoder decoder(String form) {
    Map<String, String> settings = new HashMap<>(DebeziumRecords.SETTINGS);
    if (form.equals("avro")) {
      settings.put("input.format", "avro");
      settings.put("schema.registry.url", registry.confluentUrl());
    }
    return new QuestionDecoder(settings);
  }

  private static List<String> readings(String form) {
    QuestionDecoder decoder = decoder(form);
    return records(form).stream().map(record -> ReadingText.of(decoder, record)).toList();
  }

  /** Without those that come by the clock, or once for each transaction. */
  private static List<String> changes(String form) {
    return readings(form).stream().filter(reading -> !NOISE.contains(reading)).toList();
  }

  @Test
  void shouldReadEveryFormAlike() throws IOException {
    if (Boolean.getBoolean("questream.update")) {
      keep();
    }
    QuestionDecoder decoder = decoder("json");
    List<String> kept =
        DebeziumRecords.kept().stream()
            .map(record -> ReadingText.of(decoder, record))
            .filter(reading -> !NOISE.contains(reading))
            .toList();
    for (String form : List.of("json", "schema", "avro")) {
      assertThat(changes(form)).as(form).isEqualTo(kept);
      assertThat(readings(form)).as(form).containsAll(NOISE);
    }
  }

  @Test
  void shouldReadUnwrappedRowsAlike() {
    List<String> json = new ArrayList<>(changes("json"));
    json.removeIf(reading -> reading.equals("skips truncate")); // the transform drops it
    assertThat(changes("rewritten")).isEqualTo(json);
    json.removeIf(reading -> reading.matches("deletes .*, an event") && !reading.contains(" 3,"));
    json.replaceAll(reading -> reading.equals("deletes ") ? WITHOUT_ID : reading);
    assertThat(changes("unwrapped")).as("tombstones alone").isEqualTo(json);
  }

  @Test
  void shouldFollowAnotherKeyThanThePrimaryOne() {
    assertThat(changes("rekeyed"))
        .containsExactly(
            "asks 11: whole whole whole whole whole ",
            "deletes 11, an event",
            "deletes 11",
            "asks 12: whole whole whole whole whole ",
            "deletes 12, an event",
            "deletes 12",
            "skips message",
            "asks 1: Is it done?");
  }

  @Test
  void shouldCarryColumnsByTheirMeaning() {
    Map<String, String> untyped = metadata("json");
    assertThat(untyped)
        .containsEntry("price", "12.50")
        .containsEntry("weight", "1.250")
        .containsEntry("opened", "2023-11-14T22:13:20.123456Z")
        .containsEntry("changed", "2023-11-14T22:13:20.123Z")
        .containsEntry("due", "2023-11-14Z")
        .containsEntry("at", "22:13:20.5Z")
        .containsEntry("lasts", "93784000000")
        .containsEntry("ref", "123e4567-e89b-12d3-a456-426614174000")
        .containsEntry("details", "{\"a\": [1, \"ü\"]}")
        .containsEntry("labels", "[\"x\",\"y\"]")
        .containsEntry("vip", "true")
        .containsEntry("rate", "0.5")
        .containsEntry("count", "5");
    Map<String, String> typed = new HashMap<>(untyped);
    typed.put("weight", "1.25"); // so Debezium has it
    typed.put("changed", "2023-11-14T22:13:20.123");
    typed.put("due", "2023-11-14");
    typed.put("at", "22:13:20.5");
    typed.put("lasts", "PT26H3M4S");
    assertThat(metadata("schema")).isEqualTo(typed);
    assertThat(metadata("avro")).isEqualTo(typed);
  }

  private static Map<String, String> metadata(String form) {
    ConsumerRecord<byte[], byte[]> snapshot =
        records(form).stream()
            .filter(record -> text(record.value()).contains("Is the snapshot read?"))
            .findFirst()
            .orElseThrow();
    Question question = decoder(form).decode(snapshot.key(), snapshot.value(), snapshot.headers());
    assertThat(question.getAskedAtMs()).as(form).isEqualTo(1_700_000_000_123L);
    return question.getMetadata();
  }

  /** Of what is noise, one of a kind. */
  private static void keep() throws IOException {
    QuestionDecoder decoder = decoder("json");
    Set<String> noise = new HashSet<>();
    StringBuilder lines = new StringBuilder();
    for (ConsumerRecord<byte[], byte[]> record : records("json")) {
      String reading = ReadingText.of(decoder, record);
      if (!NOISE.contains(reading) || noise.add(reading)) {
        ObjectNode line = JSON.createObjectNode();
        line.put("key", record.key() == null ? null : text(record.key()));
        line.put("value", record.value() == null ? null : text(record.value()));
        lines.append(line).append('\n');
      }
    }
    Files.writeString(
        Repository.path("src/serde/src/test/resources" + DebeziumRecords.KEPT), lines);
  }
}
