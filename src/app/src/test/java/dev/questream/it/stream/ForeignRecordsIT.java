package dev.questream.it.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.broker.EmbeddedBroker;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.model.Encoders;
import dev.questream.serde.SourceTimestamp;
import dev.questream.testing.ConstantBackend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each record, whatever it is like, becomes one embedding, one tombstone or one dead letter, and
 * the application runs on. {@code -Dquestream.foreign.records=100000} makes it long.
 */
class ForeignRecordsIT {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int RECORDS = Integer.getInteger("questream.foreign.records", 4_000);
  private static final int PARTITIONS = 4;
  private static final int QUESTION_BYTES = 100_000;
  private static final int EMBEDDING_BYTES = 130_000;
  private static final int DEAD_LETTER_BYTES = 60_000;
  private static final Set<String> KEPT_FOR_US =
      Set.of("questream.pending.origin", "questream.source.timestamp", "questream.error.cut");
  private static final Duration IDLE_LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final EmbeddedBroker broker = KafkaFixture.broker();
  private final Map<String, ProducerRecord<byte[], byte[]>> sent = new ConcurrentHashMap<>();
  private final Map<String, Integer> answers = new HashMap<>();
  private int deletions;

  @ParameterizedTest
  @CsvSource({"text, json", "json, avro", "avro, json"})
  void shouldAnswerEachOnceAndRunOn(String input, String output) throws Exception {
    KafkaFixture kafka = new KafkaFixture(broker.bootstrapServers(), folder);
    QuestreamConfig config =
        kafka.config(
            Map.of(
                "input.format", input,
                "output.format", output,
                "question.max.bytes", Integer.toString(QUESTION_BYTES)));
    createTopics(config);
    try (QuestreamApplication application =
        QuestreamApplication.start(
            config, observer -> Encoders.batching(config, new ConstantBackend(), observer))) {
      produce(config, input);
      read(config, application);
      assertThat(answers.values()).as("answers of each, seed %d", SEED).containsOnly(1);
      assertThat(answers.size() + deletions).as("seed %d", SEED).isEqualTo(sent.size());
      application.requireAlive();
    }
  }

  private static void createTopics(QuestreamConfig config) throws Exception {
    try (Admin admin = Admin.create(config.adminSettings())) {
      admin
          .createTopics(
              List.of(
                  topic(config, QuestreamConfig.QUESTIONS_TOPIC)
                      .configs(
                          Map.of(
                              "max.message.bytes", "2000000",
                              "retention.ms", "-1",
                              "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE))),
                  topic(config, QuestreamConfig.EMBEDDINGS_TOPIC)
                      .configs(Map.of("max.message.bytes", Integer.toString(EMBEDDING_BYTES))),
                  topic(config, QuestreamConfig.DLQ_TOPIC)
                      .configs(
                          Map.of(
                              "max.message.bytes",
                              Integer.toString(DEAD_LETTER_BYTES),
                              "retention.ms",
                              "60000"))))
          .all()
          .get();
    }
  }

  private static NewTopic topic(QuestreamConfig config, String name) {
    return new NewTopic(config.getString(name), PARTITIONS, (short) 1);
  }

  private void produce(QuestreamConfig config, String format) {
    ForeignRecords records =
        new ForeignRecords(
            SEED, format, List.of(QUESTION_BYTES, EMBEDDING_BYTES, DEAD_LETTER_BYTES, 300_000));
    Queue<Exception> failures = new ConcurrentLinkedQueue<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int taken = 0; taken < RECORDS; taken++) {
        ProducerRecord<byte[], byte[]> record =
            records.next(config.getString(QuestreamConfig.QUESTIONS_TOPIC), PARTITIONS);
        producer.send(
            record,
            (metadata, failure) -> {
              if (failure == null) {
                sent.put(place(metadata.partition(), metadata.offset()), record);
              } else if (!(failure instanceof RecordTooLargeException)) {
                failures.add(failure); // what not even the questions topic takes is not asked
              }
            });
      }
    }
    assertThat(failures).isEmpty();
  }

  private static String place(Object partition, Object offset) {
    return partition + "@" + offset;
  }

  private void read(QuestreamConfig config, QuestreamApplication application) {
    long progressNanos = System.nanoTime();
    try (EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.BEGINNING)) {
      while (answers.size() + deletions < sent.size()
          && System.nanoTime() - progressNanos < IDLE_LIMIT.toNanos()) {
        application.requireAlive();
        for (Answer answer : reader.poll(Duration.ofMillis(100))) {
          progressNanos = System.nanoTime();
          take(answer);
        }
      }
      reader.poll(Duration.ofMillis(500)).forEach(this::take); // one too many would show here
    }
  }

  private void take(Answer answer) {
    long now = System.currentTimeMillis();
    assertThat(answer.source().timestamp())
        .as("time of writing")
        .isBetween(now - Duration.ofMinutes(30).toMillis(), now);
    if (answer instanceof Answer.Deleted) {
      deletions++;
    } else if (answer instanceof Answer.Embedded embedded) {
      count(
          embedded.embedding().getSourcePartition(),
          embedded.embedding().getSourceOffset(),
          answer.source());
    } else {
      ProducerRecord<byte[], byte[]> record =
          count(
              header(answer.source(), "questream.source.partition"),
              header(answer.source(), "questream.source.offset"),
              answer.source());
      checkWhole(answer.source(), record);
    }
  }

  private ProducerRecord<byte[], byte[]> count(
      Object partition, Object offset, ConsumerRecord<byte[], byte[]> answer) {
    String place = place(partition, offset);
    answers.merge(place, 1, Integer::sum);
    ProducerRecord<byte[], byte[]> record = sent.get(place);
    assertThat(record).as("the record at %s", place).isNotNull();
    assertThat(SourceTimestamp.of(answer.headers())).isEqualTo(record.timestamp());
    return record;
  }

  /** A dead letter that does not say that it is cut holds the record as it was. */
  private static void checkWhole(
      ConsumerRecord<byte[], byte[]> letter, ProducerRecord<byte[], byte[]> record) {
    String cut = header(letter, "questream.error.cut");
    assertThat(Arrays.equals(letter.key(), record.key())).as("key").isEqualTo(!cut.contains("key"));
    assertThat(Arrays.equals(letter.value(), record.value()))
        .as("value")
        .isEqualTo(!cut.contains("value"));
    if (cut.isEmpty()) {
      Headers own = new RecordHeaders(record.headers());
      KEPT_FOR_US.forEach(own::remove);
      assertThat(List.of(letter.headers().toArray())).containsAll(List.of(own.toArray()));
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
