package dev.questream.app.kafka;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A plain consumer of embeddings and dead letters, as a vector store's would be: it sees only what
 * is committed, and belongs to no group.
 */
public final class EmbeddingReader implements AutoCloseable {
  private final String embeddingsTopic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();

  /** Where to begin. */
  public enum Start {
    BEGINNING,
    END
  }

  /** What was read: an embedding, a deletion (a null value), or a dead letter. */
  public sealed interface Answer {
    /** The record that it came in. */
    ConsumerRecord<byte[], byte[]> source();

    /** A committed embedding. */
    record Embedded(ConsumerRecord<byte[], byte[]> source, QuestionEmbedding embedding)
        implements Answer {}

    /** A tombstone. */
    record Deleted(ConsumerRecord<byte[], byte[]> source) implements Answer {}

    /** A record of the dead letter topic. */
    record DeadLetter(ConsumerRecord<byte[], byte[]> source) implements Answer {}
  }

  /**
   * @param topics which of the embeddings and dead letter topics to read
   */
  public EmbeddingReader(QuestreamConfig config, Start start, List<String> topics) {
    this.embeddingsTopic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    deserializer.configure(config.serdeSettings(), false);
    this.consumer =
        new KafkaConsumer<>(
            config.consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    consumer.assign(partitions);
    if (start == Start.BEGINNING) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    partitions.forEach(consumer::position); // settles the position now, not at the first poll
  }

  /** Leaves out everything that is committed by now. */
  public void skipToEnd() {
    consumer.seekToEnd(consumer.assignment());
    consumer.assignment().forEach(consumer::position); // settles it now, not at the first poll
  }

  /**
   * Reads what has been committed since, waiting for {@code limit} at most.
   *
   * @param keys the records that are wanted; the others are not even deserialized
   */
  public List<Answer> poll(Duration limit, Predicate<String> keys) {
    List<Answer> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> source : consumer.poll(limit)) {
      if (source.key() != null && keys.test(new String(source.key(), StandardCharsets.UTF_8))) {
        answers.add(answer(source));
      }
    }
    return answers;
  }

  /** Reads what has been committed since, waiting for {@code limit} at most. */
  public List<Answer> poll(Duration limit) {
    List<Answer> answers = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> source : consumer.poll(limit)) {
      answers.add(answer(source));
    }
    return answers;
  }

  /**
   * Reads up to where the topics ended when this was called: the last offset that was committed.
   *
   * @param each is given every answer, in the order of its partition
   */
  public void readToEnd(Consumer<Answer> each) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(Duration.ofMillis(200)).stream()
          .filter(answer -> answer.source().offset() < ends.get(partition(answer)))
          .forEach(each);
    }
  }

  private static TopicPartition partition(Answer answer) {
    return new TopicPartition(answer.source().topic(), answer.source().partition());
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
    consumer.close();
  }
}
