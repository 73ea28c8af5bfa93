package dev.questream.it.connect;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.Topics;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.registry.ApicurioRegistry;
import dev.questream.serde.QuestionSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Everything in front of a sink: broker, registry and the application with the bundled model, on
 * the topics' own names, which the connectors of {@code deploy/connect} read.
 */
final class EmbeddingPipeline implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(120);

  private final EmbeddedBroker broker;
  private final ApicurioRegistry registry;
  private final QuestreamConfig config;
  private final QuestreamApplication application;
  private final KafkaProducer<String, Question> producer;

  private EmbeddingPipeline(Path folder) throws Exception {
    broker = KafkaFixture.broker();
    registry = ApicurioRegistry.start(Files.createDirectory(folder.resolve("registry")));
    config =
        new QuestreamConfig(
            Map.of(
                "bootstrap.servers", broker.bootstrapServers(),
                "schema.registry.url", registry.confluentUrl(),
                "encoder.precision", "fp32",
                "state.dir", folder.resolve("state").toString()));
    try (Topics topics = new Topics(config)) {
      topics.create();
    }
    application = QuestreamApplication.start(config);
    application.awaitRunning(LIMIT);
    QuestionSerializer serializer = new QuestionSerializer();
    serializer.configure(config.serdeSettings(), false);
    producer = new KafkaProducer<>(config.producerSettings(), new StringSerializer(), serializer);
  }

  static EmbeddingPipeline start(Path folder) throws Exception {
    return new EmbeddingPipeline(folder);
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  ApicurioRegistry registry() {
    return registry;
  }

  /** Asks questions, each under its id; the time of asking is now. */
  void ask(Collection<Question> questions) {
    String topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    for (Question question : questions) {
      Question now =
          new Question(
              question.getId(),
              question.getText(),
              question.getMetadata(),
              System.currentTimeMillis());
      producer.send(new ProducerRecord<>(topic, question.getId(), now));
    }
    producer.flush();
  }

  /** Asks for the deletion of a question's embedding. */
  void delete(String id) {
    producer.send(
        new ProducerRecord<>(config.getString(QuestreamConfig.QUESTIONS_TOPIC), id, null));
    producer.flush();
  }

  /** What a store must hold now: the last embedding of each id, without the deleted ones. */
  Map<String, QuestionEmbedding> table() {
    Map<String, QuestionEmbedding> table = new LinkedHashMap<>();
    try (EmbeddingReader reader = reader()) {
      reader.readToEnd(
          answer -> {
            String id = new String(answer.source().key(), StandardCharsets.UTF_8);
            if (answer instanceof Answer.Embedded embedded) {
              table.put(id, embedded.embedding());
            } else {
              table.remove(id);
            }
          });
    }
    return table;
  }

  /** The first record of an id in the embeddings topic. */
  ConsumerRecord<byte[], byte[]> first(String id) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (EmbeddingReader reader = reader()) {
      reader.readToEnd(
          answer -> {
            if (id.equals(new String(answer.source().key(), StandardCharsets.UTF_8))) {
              records.add(answer.source());
            }
          });
    }
    return records.get(0);
  }

  private EmbeddingReader reader() {
    return new EmbeddingReader(
        config,
        EmbeddingReader.Start.BEGINNING,
        List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
  }

  @Override
  public void close() {
    producer.close();
    application.close();
    registry.close();
  }
}
