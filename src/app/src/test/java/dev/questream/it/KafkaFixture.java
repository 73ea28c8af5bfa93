package dev.questream.it;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.kafka.Topics;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One application's topics on a broker: makes them, fills them, reads them. */
public final class KafkaFixture {
  private final String bootstrapServers;
  private final Path folder;
  private final String name = "it-" + UUID.randomUUID().toString().substring(0, 8);

  public KafkaFixture(String bootstrapServers, Path folder) {
    this.bootstrapServers = bootstrapServers;
    this.folder = folder;
  }

  /** The broker that the tests of this process share. It stops when the process ends. */
  public static EmbeddedBroker broker() {
    return Shared.BROKER;
  }

  private static final class Shared {
    static final EmbeddedBroker BROKER = start();

    private static EmbeddedBroker start() {
      try {
        Path folder = Files.createTempDirectory("questream-it-broker-");
        EmbeddedBroker broker = EmbeddedBroker.start(folder, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, folder)));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedBroker broker, Path folder) {
      broker.close();
      EmbeddedBroker.deleteFolder(folder);
    }
  }

  /** Settings for this fixture's own topics, application id and state folder. */
  public QuestreamConfig config(Map<String, String> settings) {
    return new QuestreamConfig(settings(settings));
  }

  public Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put(QuestreamConfig.BOOTSTRAP_SERVERS, bootstrapServers);
    settings.put(QuestreamConfig.APPLICATION_ID, name);
    settings.put(QuestreamConfig.QUESTIONS_TOPIC, name + "-questions");
    settings.put(QuestreamConfig.EMBEDDINGS_TOPIC, name + "-embeddings");
    settings.put(QuestreamConfig.DLQ_TOPIC, name + "-dlq");
    settings.put(QuestreamConfig.STATE_DIR, folder.resolve(name + "-state").toString());
    settings.putAll(more);
    return settings;
  }

  public KafkaFixture createTopics() {
    try (Topics topics = new Topics(config(Map.of()))) {
      topics.create();
    }
    return this;
  }

  public void ask(QuestreamConfig config, Map<String, String> textsById) {
    try (QuestionProducer producer = new QuestionProducer(config)) {
      textsById.forEach(
          (id, text) ->
              producer.send(
                  id,
                  text,
                  failure -> {
                    throw new AssertionError(failure);
                  }));
    }
  }

  /**
   * Everything that is committed, read until {@code count} records are there or the limit is over.
   */
  public List<EmbeddingReader.Answer> read(QuestreamConfig config, int count, Duration limit) {
    List<EmbeddingReader.Answer> answers = new ArrayList<>();
    long end = System.nanoTime() + limit.toNanos();
    try (EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.BEGINNING)) {
      while (answers.size() < count && System.nanoTime() < end) {
        answers.addAll(reader.poll(Duration.ofMillis(100)));
      }
      answers.addAll(reader.poll(Duration.ofMillis(300))); // one too many would show here
    }
    return answers;
  }

  public static List<QuestionEmbedding> embeddings(List<EmbeddingReader.Answer> answers) {
    List<QuestionEmbedding> embeddings = new ArrayList<>();
    for (EmbeddingReader.Answer answer : answers) {
      if (answer instanceof EmbeddingReader.Answer.Embedded embedded) {
        embeddings.add(embedded.embedding());
      }
    }
    return embeddings;
  }

  public static String key(EmbeddingReader.Answer answer) {
    return new String(answer.source().key(), StandardCharsets.UTF_8);
  }
}
