package dev.questream.app.kafka;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A plain consumer of embeddings and dead letters, as a vector store's would be: it sees only what
 * is committed, and belongs to no group.
 */
public final class EmbeddingReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final String embeddingsTopic;
  private final CommittedReader reader;
  private final QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();

  /** What was read: an embedding, a deletion (a null value), or a dead letter. */
  public sealed interface Answer {
    /** The record that it came in. */
    ConsumerRecord<byte[], byte[]> source();

    /** The id of the question; of a dead letter the key, if it does not say. */
    default String id() {
      return IdHeader.id(source().key(), source().headers());
    }

    /** A committed embedding. */
    record Embedded(ConsumerRecord<byte[], byte[]> source, QuestionEmbedding embedding)
        implements Answer {}

    /** A tombstone. */
    record Deleted(ConsumerRecord<byte[], byte[]> source) implements Answer {}

    /** A record of the dead letter topic. */
    record DeadLetter(ConsumerRecord<byte[], byte[]> source) implements Answer {}
  }

  /** Reads embeddings and dead letters. */
  public EmbeddingReader(QuestreamConfig config, ReadFrom start) {
    this(
        config,
        start,
        List.of(
            config.getString(QuestreamConfig.EMBEDDINGS_TOPIC),
            config.getString(QuestreamConfig.DLQ_TOPIC)));
  }

  /**
   * @param topics which of the embeddings and dead letter topics to read
   */
  public EmbeddingReader(QuestreamConfig config, ReadFrom start, List<String> topics) {
    this.embeddingsTopic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    deserializer.configure(config.serdeSettings(), false);
    this.reader = new CommittedReader(config, start, topics);
  }

  /** Leaves out everything that is committed by now. */
  public void skipToEnd() {
    reader.skipToEnd();
  }

  /**
   * Reads what has been committed since, waiting for {@code limit} at most.
   *
   * @param ids of the answers that are wanted; the others are not even deserialized
   */
  public List<Answer> poll(Duration limit, Predicate<String> ids) {
    List<Answer> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> source : reader.poll(limit)) {
      if (ids.test(IdHeader.id(source.key(), source.headers()))) {
        answers.add(answer(source));
      }
    }
    return answers;
  }

  /** Reads what has been committed since, waiting for {@code limit} at most. */
  public List<Answer> poll(Duration limit) {
    List<Answer> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> source : reader.poll(limit)) {
      answers.add(answer(source));
    }
    return answers;
  }

  /** Reads until a question has its embedding or dead letter; empty if it has none in time. */
  public Optional<Answer> await(String id, Duration limit) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < limit.toNanos()) {
      for (Answer answer : poll(POLL, id::equals)) {
        if (!(answer instanceof Answer.Deleted)) {
          return Optional.of(answer);
        }
      }
    }
    return Optional.empty();
  }

  private Answer answer(ConsumerRecord<byte[], byte[]> source) {
    if (!source.topic().equals(embeddingsTopic)) {
      return new Answer.DeadLetter(source);
    }
    return source.value() == null
        ? new Answer.Deleted(source)
        : new Answer.Embedded(source, deserializer.deserialize(source.topic(), source.value()));
  }

  @Override
  public void close() {
    reader.close();
  }
}
