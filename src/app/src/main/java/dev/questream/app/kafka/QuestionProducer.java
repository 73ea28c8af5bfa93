package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Uninterrupted;
import dev.questream.avro.Question;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInput;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionWriter;
import dev.questream.serde.QuestionWriter.Written;
import dev.questream.serde.WireException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Produces questions in the form of the records of their topic.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class QuestionProducer implements AutoCloseable {
  private final String topic;
  private final QuestionWriter writer;
  private final KafkaProducer<byte[], byte[]> producer;

  public QuestionProducer(QuestreamConfig config) {
    this(config, writer(config));
  }

  /**
   * @param writer of this configuration
   */
  public QuestionProducer(QuestreamConfig config, QuestionWriter writer) {
    this.topic = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    this.writer = writer;
    this.producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Writes questions as the configuration says.
   *
   * @throws org.apache.kafka.common.config.ConfigException if they cannot be written so
   */
  public static QuestionWriter writer(QuestreamConfig config) {
    return new QuestionWriter(
        config.serdeSettings(), config.getString(QuestreamConfig.QUESTIONS_TOPIC));
  }

  /** A new random id, such as the records can have. */
  public String newId() {
    return writer.newId();
  }

  /**
   * Sends a question with what goes along with it.
   *
   * @throws WireException if it cannot be written so
   */
  public Future<RecordMetadata> send(String id, EncoderInput input, Map<String, String> metadata) {
    return producer.send(record(id, input, metadata));
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
        record(id, EncoderInput.question(text), Map.of()),
        (metadata, failure) -> {
          if (failure == null) {
            taken.accept(metadata);
          } else {
            refused.accept(failure);
          }
        });
  }

  private ProducerRecord<byte[], byte[]> record(
      String id, EncoderInput input, Map<String, String> metadata) {
    Question question = new Question(id, input.text(), metadata, System.currentTimeMillis());
    Written written = writer.write(question, input.title());
    Headers headers = written.headers();
    IdHeader.set(headers, written.key(), id); // a dead letter has no other that can be read
    return new ProducerRecord<>(
        topic, null, written.timestampMs(), written.key(), written.value(), headers);
  }

  /**
   * Sends a question and waits until the broker has it.
   *
   * @throws FatalException if it cannot be written, or Kafka does not take it
   */
  public void sendNow(String id, String text) {
    try {
      Future<RecordMetadata> taken = send(id, text, failure -> {});
      producer.flush(); // others do not come
      taken.get();
    } catch (WireException e) {
      throw new FatalException(ExitCode.USAGE, e.getMessage(), e);
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
