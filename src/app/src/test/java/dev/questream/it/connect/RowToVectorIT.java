package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.Launched;
import dev.questream.it.registry.ApicurioRegistry;
import dev.questream.testing.Repository;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * From a row of one table to a vector in another: PostgreSQL, Debezium's connector with the file of
 * {@code deploy/connect}, the application with its model, Debezium's sink, PostgreSQL with
 * pgvector; while the application and the worker are killed. {@code -Dquestream.rows=5000} makes it
 * long.
 */
@Tag("world")
@Timeout(1800)
class RowToVectorIT {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROWS = Integer.getInteger("questream.rows", 300);
  private static final int FAULTS = 3 + ROWS / 1_000;
  private static final String SOURCE = "questream-debezium-postgres";
  private static final String SINK = "questream-pgvector";
  private static final Path SINK_FILE = Repository.path("deploy/connect/pgvector-apicurio.json");
  private static final List<String> PLUGINS =
      List.of(DebeziumSource.PLUGIN, "debezium-connector-jdbc", "apicurio-converter");
  private static final String DIFFERING =
      " FROM (SELECT id::text, body FROM tickets WHERE body IS NOT NULL) t"
          + " FULL JOIN embeddings e USING (id) WHERE body IS DISTINCT FROM text";

  /** Batches of other sizes change the last bits; two texts differ by far more. */
  private static final double TOLERANCE = 1e-4;

  @TempDir static Path folder;
  private static PostgresServer postgres;
  private static Connection connection;
  private static Rows rows;
  private static EmbeddedBroker broker;
  private static ApicurioRegistry registry;
  private static QuestreamConfig config;
  private static Path settings;
  private static Launched questream;
  private static ConnectWorker worker;
  private static Tickets tickets;

  @BeforeAll
  static void start() throws Exception {
    System.out.println("row to vector: seed " + SEED);
    postgres = Prerequisites.postgresWithPgvector();
    postgres.psql(Repository.path("deploy/connect/stores/pgvector.sql"));
    connection = postgres.connect();
    rows = new Rows(connection);
    tickets = new Tickets(postgres.connect(), new Random(SEED));
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    registry = ApicurioRegistry.start(Files.createDirectory(folder.resolve("registry")));
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "bootstrap.servers", broker.bootstrapServers(),
            "schema.registry.url", registry.confluentUrl(),
            "questions.topic", "shop.public.tickets",
            "input.format", "json",
            "input.envelope", "debezium",
            "input.text", "body",
            "input.asked.at", "opened",
            "encoder.precision", "fp32",
            "http.port", "-1",
            "state.dir", folder.resolve("state").toString()));
    settings = folder.resolve("questream.properties");
    try (var writer = Files.newBufferedWriter(settings)) {
      properties.store(writer, null);
    }
    Map<String, String> known = new HashMap<>();
    properties.forEach((name, value) -> known.put((String) name, (String) value));
    config = new QuestreamConfig(known);
    try (Topics topics = new Topics(config)) {
      topics.create();
    }
  }

  private static void startQuestream() throws Exception {
    questream = Launched.application(folder, Map.of(), "run", "--config", settings.toString());
  }

  private static void startWorker(Path... connectors) throws Exception {
    Map<String, String> environment = new HashMap<>(postgres.environment());
    environment.put("APICURIO_REGISTRY_URL", registry.nativeUrl());
    environment.put("PGVECTOR_JDBC_URL", postgres.jdbcUrl());
    environment.put("PGVECTOR_USER", PostgresServer.USER);
    environment.put("PGVECTOR_PASSWORD", PostgresServer.PASSWORD);
    worker =
        ConnectWorker.start(
            DebeziumSource.WORKER,
            folder,
            broker.bootstrapServers(),
            PLUGINS,
            environment,
            connectors);
  }

  @AfterAll
  static void stop() throws Exception {
    if (questream != null) {
      questream.process().destroyForcibly().waitFor();
    }
    for (AutoCloseable part :
        new AutoCloseable[] {worker, registry, broker, connection, postgres}) {
      if (part != null) {
        part.close();
      }
    }
  }

  private static void awaitEqual() throws SQLException {
    try {
      worker.await(
          SINK,
          () -> {
            worker.requireRunning(SOURCE);
            assertThat(questream.process().isAlive()).as(questream.err()).isTrue();
            return differing() == 0;
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          "seed %d, differing:%n%s%ndeleted last on the topics:%n%s%n%s%n%s"
              .formatted(
                  SEED,
                  differences(),
                  deleted(QuestreamConfig.QUESTIONS_TOPIC),
                  deleted(QuestreamConfig.EMBEDDINGS_TOPIC),
                  questream.err()),
          e);
    }
  }

  /** The keys of a topic whose last record is null. */
  private static Set<String> deleted(String topic) {
    Set<String> keys = new TreeSet<>();
    try (TopicScan scan = new TopicScan(config, config.getString(topic))) {
      while (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        String key = new String(record.key(), StandardCharsets.UTF_8);
        if (record.value() == null) {
          keys.add(key);
        } else {
          keys.remove(key);
        }
      }
    }
    return keys;
  }

  private static int differing() throws SQLException {
    return Integer.parseInt(rows.one("SELECT count(*)" + DIFFERING));
  }

  /** Each row that differs: what it says, and what its vector is of. */
  private static String differences() throws SQLException {
    return rows.one(
        "SELECT string_agg(concat_ws(' | ', id, coalesce(left(body, 60), '(no row)'),"
            + " coalesce(left(text, 60), '(no vector)')), E'\\n')"
            + DIFFERING);
  }

  @Test
  void shouldHoldTheVectorOfEachRowWhoeverIsKilled() throws Exception {
    tickets.insert(ROWS / 2);
    long begin = System.nanoTime();
    startQuestream();
    startWorker();
    worker.create(DebeziumSource.FILE);
    worker.create(SINK_FILE);
    awaitEqual();
    worker.awaitOffsets("questream-debezium-postgres");
    System.out.printf("row to vector: the snapshot is embedded after %.0f s%n", since(begin));

    List<String> faults = new ArrayList<>();
    for (int fault = 0; fault < FAULTS; fault++) {
      change(ROWS / FAULTS / 2);
      int behind = differing();
      worker.await(SINK, () -> differing() < Math.max(1, behind));
      faults.add("%s (%d rows behind)".formatted(fault(fault), differing()));
    }
    awaitEqual();
    double seconds = since(begin);
    int answers = AnsweredOnce.check(config);
    double farthest = EncodedRows.farthest(folder, connection, tickets.texts());
    assertThat(differing()).isZero();
    System.out.printf(
        "row to vector: %s; %d faults %s; %d rows with a vector, 0 differing, farthest %.1e from"
            + " encode; %d embeddings; %.0f s; seed %d%n",
        tickets, faults.size(), faults, rows.count(), farthest, answers, seconds, SEED);
    assertThat(farthest).isLessThan(TOLERANCE);
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void change(int transactions) throws SQLException {
    for (int i = 0; i < transactions; i++) {
      tickets.change();
    }
  }

  /** Ends a part while changes are on their way, makes more of them, and starts it again. */
  private static String fault(int number) throws Exception {
    if (number % 3 == 0) {
      questream.process().destroyForcibly().waitFor();
      change(ROWS / FAULTS / 2);
      startQuestream();
      return "application killed";
    }
    boolean kill = number % 3 == 1;
    if (kill) {
      worker.kill();
    } else {
      worker.close();
    }
    change(ROWS / FAULTS / 2);
    startWorker(DebeziumSource.FILE, SINK_FILE);
    return kill ? "worker killed" : "worker restarted";
  }
}
