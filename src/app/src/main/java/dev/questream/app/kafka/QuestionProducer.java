package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.avro.Question;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionSerializer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Produces questions in the configured input format, each under its id.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionProducer implements AutoCloseable {
  private final String topic;
  private final KafkaProducer<String, Question> producer;

  public QuestionProducer(QuestreamConfig config) {
    this.topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    Map<String, Object> settings = new HashMap<>(config.producerSettings());
    QuestionSerializer serializer = new QuestionSerializer();
    serializer.configure(config.serdeSettings(), false);
    this.producer = new KafkaProducer<>(settings, new StringSerializer(), serializer);
  }

  /** Sends a question with what goes along with it. */
  public Future<RecordMetadata> send(String id, String text, Map<String, String> metadata) {
    return producer.send(record(id, text, metadata));
  }

  /**
   * Sends a question.
   *
   * @param refused told if it is not taken, on a thread of the producer
   */
  public Future<RecordMetadata> send(String id, String text, Consumer<Exception> refused) {
    return send(id, text, taken -> {}, refused);
  }

  /**
   * The same.
   *
   * @param taken told when the broker has it, on a thread of the producer
   */
  public Future<RecordMetadata> send(
      String id, String text, Consumer<RecordMetadata> taken, Consumer<Exception> refused) {
    return producer.send(
        record(id, text, Map.of()),
        (metadata, failure) -> {
          if (failure == null) {
            taken.accept(metadata);
          } else {
            refused.accept(failure);
          }
        });
  }

  private ProducerRecord<String, Question> record(
      String id, String text, Map<String, String> metadata) {
    return new ProducerRecord<>(
        topic, id, new Question(id, text, metadata, System.currentTimeMillis()));
  }

  /**
   * Sends a question and waits until the broker has it.
   *
   * @throws FatalException if it does not take it
   */
  public void sendNow(String id, String text) {
    try {
      send(id, text, failure -> {}).get();
    } catch (ExecutionException e) {
      throw new FatalException(
          ExitCode.KAFKA, "the question was not taken: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    Uninterrupted.run(producer::close);
  }
}
