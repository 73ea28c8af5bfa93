package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.Versions;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.testing.Repository;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a question to a row of PostgreSQL with pgvector, with the files of {@code deploy/connect} as
 * they are: broker, Apicurio's registry, the application with its model, Kafka Connect with
 * Debezium's JDBC sink and Apicurio's converter.
 *
 * <p>One table, whose story the tests tell in their order.
 */
@Tag("world")
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PgvectorSinkIT {
  private static final Path CONNECTOR = Repository.path("deploy/connect/pgvector-apicurio.json");
  private static final List<String> PLUGINS =
      List.of("apicurio-converter", "debezium-connector-jdbc");
  private static final String NAME = "questream-pgvector";
  private static final Path TABLE = Repository.path("deploy/connect/stores/pgvector.sql");
  private static final int NEAREST = 10;

  @TempDir static Path folder;
  private static PostgresServer postgres;
  private static EmbeddingPipeline pipeline;
  private static ConnectWorker worker;
  private static Connection connection;
  private static Rows rows;
  private static List<Question> questions;

  @BeforeAll
  static void start() throws Exception {
    postgres = Prerequisites.postgresWithPgvector();
    postgres.psql(TABLE);
    connection = postgres.connect();
    rows = new Rows(connection);
    pipeline = EmbeddingPipeline.start(folder);
    worker = startWorker();
    questions = new ArrayList<>(Questions.ofTheDemo());
    questions.addAll(Questions.odd());
  }

  private static ConnectWorker startWorker(Path... connectors) throws Exception {
    return ConnectWorker.start(
        Versions.kafka(), folder, pipeline.bootstrapServers(), PLUGINS, environment(), connectors);
  }

  private static Map<String, String> environment() {
    return Map.of(
        "APICURIO_REGISTRY_URL",
        pipeline.registry().nativeUrl(),
        "PGVECTOR_JDBC_URL",
        postgres.jdbcUrl(),
        "PGVECTOR_USER",
        PostgresServer.USER,
        "PGVECTOR_PASSWORD",
        PostgresServer.PASSWORD);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {worker, pipeline, connection, postgres}) {
      if (part != null) {
        part.close();
      }
    }
  }

  private static void awaitRows(long count) {
    worker.await(NAME, () -> rows.count() == count);
  }

  /** The table holds what the topic says, in every column, and nothing else. */
  private static void assertTableIsTopic() throws SQLException {
    Map<String, QuestionEmbedding> topic = pipeline.table();
    Map<String, QuestionEmbedding> table = rows.all();
    assertThat(table.keySet()).isEqualTo(topic.keySet());
    topic.forEach(
        (id, embedding) -> {
          embedding.put("metadata", Map.of());
          assertThat(table.get(id)).as(id).isEqualTo(embedding);
        });
  }

  @Test
  @Order(1)
  void shouldMakeARowOfEveryQuestionWithTheVectorBitByBit() throws Exception {
    worker.create(CONNECTOR);
    pipeline.ask(questions.subList(0, 1)); // until it has its row, Connect is still starting
    awaitRows(1);
    pipeline.ask(questions.subList(1, questions.size()));
    awaitRows(questions.size());
    assertTableIsTopic();
    Map<String, QuestionEmbedding> table = rows.all();
    for (Question question : questions) {
      QuestionEmbedding row = table.get(question.getId());
      assertThat(row.getText()).isEqualTo(question.getText());
      assertThat(row.getEmbedding()).hasSize(384);
      assertThat(row.getModelId()).isEqualTo("bge-small-en-v1.5");
      assertThat(row.getSourceTopic()).isEqualTo("questions");
      assertThat(row.getWeightsSha256()).hasSize(64);
    }
    System.out.println("pgvector: " + SinkTimes.of(connection, "id <> 'q001'"));
  }

  @Test
  @Order(2)
  void shouldFindTheNearestThroughTheIndex() throws Exception {
    Map<String, QuestionEmbedding> table = rows.all();
    String query = NearestQuery.ofTheFile(TABLE);
    connection.createStatement().execute("ANALYZE embeddings");
    // So few rows are read faster without an index.
    connection.createStatement().execute("SET enable_seqscan = off");
    int found = 0;
    List<QuestionEmbedding> probes = table.values().stream().limit(200).toList();
    for (QuestionEmbedding probe : probes) {
      assertThat(NearestQuery.ids(connection, "EXPLAIN " + query, probe))
          .anyMatch(line -> line.contains("Index Scan using embeddings_hnsw"));
      List<String> nearest = NearestQuery.ids(connection, query, probe);
      assertThat(nearest).hasSize(NEAREST);
      Set<String> exact = NearestQuery.exact(table.values(), probe, NEAREST);
      exact.retainAll(nearest);
      found += exact.size();
    }
    connection.createStatement().execute("RESET enable_seqscan");
    double recall = (double) found / (probes.size() * NEAREST);
    System.out.printf("pgvector: HNSW found %.4f of the exact ten nearest%n", recall);
    assertThat(recall).isGreaterThan(0.97);
  }

  @Test
  @Order(3)
  void shouldReplaceTheRowOfAChangedQuestion() throws Exception {
    QuestionEmbedding before = rows.all().get("q001");
    pipeline.ask(List.of(Questions.question("q001", "Where do wild lemurs live today?")));
    worker.await(NAME, () -> !rows.all().get("q001").equals(before));
    assertThat(rows.count()).isEqualTo(questions.size());
    assertThat(rows.all().get("q001").getText()).isEqualTo("Where do wild lemurs live today?");
    assertTableIsTopic();
  }

  @Test
  @Order(4)
  void shouldDeleteTheRowOfATombstone() throws Exception {
    for (String id : List.of("q002", "quotes", "it's \"an\" id, \\ and ☃/?&=%20")) {
      pipeline.delete(id);
    }
    awaitRows(questions.size() - 3);
    assertTableIsTopic();
    pipeline.ask(List.of(Questions.question("q002", "Asked once more?")));
    awaitRows(questions.size() - 2);
    assertTableIsTopic();
  }

  @Test
  @Order(5)
  void shouldGoOnWhereItStoppedAndWriteNoRowAgain() throws Exception {
    worker.close();
    Map<String, String> writers = rows.writers();
    pipeline.ask(more("while-down", 40));
    worker = startWorker(CONNECTOR);
    awaitRows(writers.size() + 40L);
    assertThat(rows.writers()).containsAllEntriesOf(writers);
    assertTableIsTopic();
  }

  @Test
  @Order(6)
  void shouldLoseAndDoubleNothingWhenTheWorkerIsKilled() throws Exception {
    long before = rows.count();
    pipeline.ask(more("killed", 300));
    worker.await(NAME, () -> rows.count() > before);
    worker.kill();
    worker = startWorker(CONNECTOR);
    awaitRows(before + 300);
    assertTableIsTopic();
  }

  @Test
  @Order(7)
  void shouldStopAtATextThatPostgresqlCannotHoldAndGoOnBehindIt() throws Exception {
    long before = rows.count();
    pipeline.ask(List.of(Questions.NUL));
    String id = Questions.NUL.getId();
    pipeline.ask(List.of(Questions.question(id, "What does a NUL do to a database?")));
    assertThatThrownBy(() -> worker.await(NAME, () -> false)).hasMessageContaining("0x00");
    assertThat(rows.count()).as("nothing is passed over").isEqualTo(before);

    ConsumerRecord<byte[], byte[]> refused = pipeline.first(id);
    worker.put(NAME, "stop");
    worker.setOffset(NAME, refused.topic(), refused.partition(), refused.offset() + 1);
    worker.put(NAME, "resume");
    awaitRows(before + 1);
    assertTableIsTopic();
  }

  private static List<Question> more(String name, int count) {
    List<Question> more = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      more.add(Questions.question(name + i, "How far is it to town number %d?".formatted(i)));
    }
    return more;
  }
}
