package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import dev.questream.app.console.Versions;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema.Field;
import org.bson.Document;
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
 * MongoDB's own sink with {@code deploy/connect/mongodb.json}, given Apicurio's converter as
 * docs/connect.md shows, against FerretDB: a server of MongoDB's protocol, not MongoDB itself.
 */
@Tag("world")
@Timeout(600)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MongoSinkIT {
  private static final List<String> PLUGINS = List.of("apicurio-converter", "mongodb");
  private static final String NAME = "questream-mongodb";

  @TempDir static Path folder;
  private static FerretServer server;
  private static MongoClient client;
  private static MongoCollection<Document> collection;
  private static EmbeddingPipeline pipeline;
  private static ConnectWorker worker;
  private static Path connector;
  private static List<Question> questions;

  @BeforeAll
  static void start() throws Exception {
    Path program =
        FerretServer.program()
            .orElseThrow(
                () ->
                    Prerequisites.skipped(
                        "there is no FerretDB here; build it with scripts/install-ferretdb.sh"
                            + " (needs Go), or name the program in "
                            + FerretServer.VARIABLE));
    server = FerretServer.start(program, Files.createDirectory(folder.resolve("ferretdb")));
    client = MongoClients.create(server.uri());
    collection = client.getDatabase("questream").getCollection("embeddings");
    pipeline = EmbeddingPipeline.start(folder);
    connector = folder.resolve("mongodb-apicurio.json");
    Files.writeString(
        connector, Command.run("bash", "-c", DocumentedCommands.apicurio("mongodb.json")));
    worker = startWorker();
    questions = new ArrayList<>(Questions.ofTheDemo().subList(0, 150));
    questions.addAll(Questions.odd());
    questions.add(Questions.NUL);
  }

  private static ConnectWorker startWorker(Path... connectors) throws Exception {
    Map<String, String> environment =
        Map.of(
            "APICURIO_REGISTRY_URL", pipeline.registry().nativeUrl(), "MONGODB_URI", server.uri());
    return ConnectWorker.start(
        Versions.kafka(), folder, pipeline.bootstrapServers(), PLUGINS, environment, connectors);
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable part : new AutoCloseable[] {worker, pipeline, client, server}) {
      if (part != null) {
        part.close();
      }
    }
  }

  private static void awaitDocuments(long count) {
    worker.await(NAME, () -> collection.countDocuments() == count);
  }

  /** The collection holds what the topic says, in every field, and nothing else. */
  private static void assertCollectionIsTopic() {
    Map<String, QuestionEmbedding> topic = pipeline.table();
    Map<String, Document> documents = new HashMap<>();
    collection.find().forEach(document -> documents.put(document.getString("_id"), document));
    assertThat(documents.keySet()).isEqualTo(topic.keySet());
    topic.forEach(
        (id, embedding) ->
            embedding
                .getSchema()
                .getFields()
                .forEach(
                    field ->
                        assertThat(value(documents.get(id), field))
                            .as("%s of %s", field.name(), id)
                            .isEqualTo(embedding.get(field.pos()))));
  }

  /** A field of a document; the vector's doubles as the floats that they were. */
  private static Object value(Document document, Field field) {
    Object value = document.get(field.name());
    return switch (field.schema().getType()) {
      case ARRAY -> ((List<?>) value).stream().map(e -> exactFloat((double) e)).toList();
      case MAP -> Map.copyOf((Document) value);
      default -> value;
    };
  }

  private static float exactFloat(double element) {
    assertThat((double) (float) element).isEqualTo(element);
    return (float) element;
  }

  @Test
  @Order(1)
  void shouldMakeADocumentOfEveryQuestionWithEveryField() throws Exception {
    worker.create(connector);
    pipeline.ask(questions);
    awaitDocuments(questions.size());
    assertCollectionIsTopic();
  }

  @Test
  @Order(2)
  void shouldReplaceTheDocumentOfAChangedQuestion() {
    String text = "Where do wild lemurs live today?";
    pipeline.ask(List.of(Questions.question("q001", text)));
    worker.await(NAME, () -> collection.find(new Document("text", text)).first() != null);
    assertCollectionIsTopic();
  }

  @Test
  @Order(3)
  void shouldDeleteTheDocumentOfATombstone() {
    for (String id : List.of("q002", "quotes", "it's \"an\" id, \\ and ☃/?&=%20")) {
      pipeline.delete(id);
    }
    awaitDocuments(questions.size() - 3);
    assertCollectionIsTopic();
  }

  @Test
  @Order(4)
  void shouldGoOnAfterARestartWithoutDuplicates() throws Exception {
    long before = collection.countDocuments();
    worker.close();
    pipeline.ask(List.of(Questions.question("while-down", "Who turned off the lights?")));
    worker = startWorker(connector);
    awaitDocuments(before + 1);
    assertCollectionIsTopic();
  }
}
