package dev.questream.app.rollover;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.TopicScan;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import dev.questream.serde.QuestionWriter;
import dev.questream.serde.QuestionWriter.Written;
import dev.questream.serde.SerdeConfig.OutputKey;
import dev.questream.serde.WireException;
import dev.questream.serde.fields.InputConfig;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Asks questions again that only the old embeddings topic still knows: every embedding carries its
 * question. They go to the questions topic, so both applications embed them.
 *
 * <p>While that goes on somebody may delete an id or ask it anew. What comes in before the question
 * from the archive would be undone by it, so it is written once more behind it.
 *
 * <p>Memory for the hashes of the ids that are missing.
 */
public final class Refill {
  private static final String HEADER = "questream.refill";

  private final Side before;
  private final Side after;
  private final Map<Long, String> missing = new HashMap<>();

  /**
   * What was done.
   *
   * @param asked questions that were asked again, or would be
   * @param repeated records of others that were written once more
   */
  public record Result(long asked, long repeated) {}

  /**
   * @param before whose embeddings are complete
   * @param after whose embeddings are not
   */
  public Refill(Side before, Side after) {
    this.before = before;
    this.after = after;
  }

  /**
   * Writes questions as the old application reads them.
   *
   * @throws ConfigException if they cannot be written so that they are the same
   */
  public static QuestionWriter writer(Side before) {
    if (!before.config().getList(InputConfig.TITLE).isEmpty()) {
      throw new ConfigException(
          "%s is set, and embeddings keep no titles: questions cannot be asked again as they were"
              .formatted(InputConfig.TITLE));
    }
    return QuestionProducer.writer(before.config());
  }

  /**
   * Asks them again.
   *
   * @param dry only counts
   */
  public Result run(boolean dry) {
    return run(dry, () -> {});
  }

  /** The same, with something that happens between the look and the questions. */
  Result run(boolean dry, Runnable meanwhile) {
    try (TopicScan questions = new TopicScan(before.config(), before.questions())) {
      Map<Integer, Long> begins = questions.beginnings();
      Map<Integer, Long> ends = questions.ends();
      findLost(begins);
      dropAnswered();
      if (dry || missing.isEmpty()) {
        return new Result(missing.size(), 0);
      }
      meanwhile.run();
      return ask(begins.keySet(), ends);
    }
  }

  private void findLost(Map<Integer, Long> begins) {
    try (QuestionEmbeddingDeserializer deserializer = deserializer(before);
        TopicScan scan = new TopicScan(before.config(), before.embeddings())) {
      scan.forEachRemaining(
          record -> {
            long hash = IdHash.of(id(record));
            missing.remove(hash);
            if (record.value() != null
                && isLost(deserializer.deserialize(record.topic(), record.value()), begins)) {
              missing.put(hash, place(record));
            }
          });
    }
  }

  private boolean isLost(QuestionEmbedding embedding, Map<Integer, Long> begins) {
    return !embedding.getSourceTopic().equals(before.questions())
        || embedding.getSourceOffset()
            < begins.getOrDefault(embedding.getSourcePartition(), Long.MAX_VALUE);
  }

  private void dropAnswered() {
    try (TopicScan scan = new TopicScan(after.config(), after.embeddings())) {
      scan.forEachRemaining(record -> missing.remove(IdHash.of(id(record))));
    }
  }

  private Result ask(Set<Integer> partitions, Map<Integer, Long> ends) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    QuestionWriter writer = writer(before);
    long asked = 0;
    try (QuestionEmbeddingDeserializer deserializer = deserializer(before);
        TopicScan scan = new TopicScan(before.config(), before.embeddings());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                before.config().producerSettings(),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      while (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        if (record.value() != null && place(record).equals(missing.get(IdHash.of(id(record))))) {
          QuestionEmbedding embedding = deserializer.deserialize(record.topic(), record.value());
          Integer partition = partition(embedding, partitions);
          try {
            Written written = writer.write(question(embedding), "");
            byte[] key = keepsKeys() ? record.key() : written.key();
            send(producer, partition, key, written.value(), written.headers(), failure);
            asked++;
          } catch (WireException e) {
            failure.compareAndSet(null, e);
          }
        }
      }
      producer.flush();
      long repeated = repeat(producer, ends, failure);
      producer.flush();
      requireSent(failure.get());
      return new Result(asked, repeated);
    }
  }

  private boolean keepsKeys() {
    return before.config().outputKey() == OutputKey.INPUT;
  }

  /** Where it was before, so that it stays in one order with what is asked under its id. */
  private Integer partition(QuestionEmbedding embedding, Set<Integer> partitions) {
    return embedding.getSourceTopic().equals(before.questions())
            && partitions.contains(embedding.getSourcePartition())
        ? embedding.getSourcePartition()
        : null;
  }

  private static Question question(QuestionEmbedding embedding) {
    return new Question(
        embedding.getId(), embedding.getText(), embedding.getMetadata(), embedding.getAskedAtMs());
  }

  /** Of every id the last record that came between the look and the question from the archive. */
  private long repeat(
      KafkaProducer<byte[], byte[]> producer,
      Map<Integer, Long> ends,
      AtomicReference<Exception> failure) {
    QuestionDecoder decoder = new QuestionDecoder(before.config().serdeSettings());
    Map<Long, ConsumerRecord<byte[], byte[]>> others = new HashMap<>();
    Map<Long, Boolean> behind = new HashMap<>();
    try (TopicScan scan = new TopicScan(before.config(), before.questions()).from(ends)) {
      scan.forEachRemaining(
          record -> {
            long hash = IdHash.of(askedId(record, decoder));
            if (missing.containsKey(hash)) {
              boolean own = record.headers().lastHeader(HEADER) != null;
              if (own) {
                behind.put(hash, true);
              } else if (!behind.containsKey(hash)) {
                others.put(hash, record);
              } else {
                others.remove(hash); // what comes behind ours stands as it is
              }
            }
          });
    }
    others
        .values()
        .forEach(
            record ->
                send(
                    producer,
                    record.partition(),
                    record.key(),
                    record.value(),
                    record.headers(),
                    failure));
    return others.size();
  }

  private static String askedId(ConsumerRecord<byte[], byte[]> record, QuestionDecoder decoder) {
    try {
      return decoder.read(record.key(), record.value(), record.headers(), record.timestamp()).id();
    } catch (WireException e) {
      return ""; // becomes a dead letter
    }
  }

  private void send(
      KafkaProducer<byte[], byte[]> producer,
      Integer partition,
      byte[] key,
      byte[] value,
      Headers headers,
      AtomicReference<Exception> failure) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(before.questions(), partition, key, value, headers);
    record.headers().add(HEADER, before.embeddings().getBytes(StandardCharsets.UTF_8));
    producer.send(
        record,
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
        });
  }

  private static void requireSent(Exception failure) {
    if (failure != null) {
      throw new FatalException(
          ExitCode.KAFKA,
          "some questions were not taken: %s; run it again, what is answered by then is left out"
              .formatted(failure.getMessage()),
          failure);
    }
  }

  private static QuestionEmbeddingDeserializer deserializer(Side side) {
    QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();
    deserializer.configure(side.config().serdeSettings(), false);
    return deserializer;
  }

  private static String id(ConsumerRecord<byte[], byte[]> record) {
    return IdHeader.id(record.key(), record.headers());
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return record.partition() + "@" + record.offset();
  }
}
