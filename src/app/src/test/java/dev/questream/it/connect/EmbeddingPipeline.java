package dev.questream.it.connect;

import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.it.registry.ApicurioRegistry;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionSerializer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
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
    try (TopicScan scan = scan();
        QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer()) {
      deserializer.configure(config.serdeSettings(), false);
      while (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        if (record.value() == null) {
          table.remove(id(record));
        } else {
          table.put(id(record), deserializer.deserialize(record.topic(), record.value()));
        }
      }
    }
    return table;
  }

  /** The first record of an id in the embeddings topic. */
  ConsumerRecord<byte[], byte[]> first(String id) {
    try (TopicScan scan = scan()) {
      ConsumerRecord<byte[], byte[]> record = scan.next();
      while (!id.equals(id(record))) {
        record = scan.next();
      }
      return record;
    }
  }

  private static String id(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.key(), StandardCharsets.UTF_8);
  }

  private TopicScan scan() {
    return new TopicScan(config, config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
  }

  @Override
  public void close() {
    producer.close();
    application.close();
    registry.close();
  }
}
