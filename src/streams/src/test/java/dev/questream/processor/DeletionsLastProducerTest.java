package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** A deletion from the pending store waits until all that was sent before is acknowledged. */
class DeletionsLastProducerTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final String CHANGELOG = "app-pending-questions-changelog";
  private static final byte[] KEY = {1};

  private final MockProducer<byte[], byte[]> kafka = unacknowledged();
  private final Producer<byte[], byte[]> producer = wrap(kafka);

  /** Acknowledges when it is flushed or told to. */
  private static MockProducer<byte[], byte[]> unacknowledged() {
    return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Producer<byte[], byte[]> wrap(Producer<byte[], byte[]> producer) {
    return DeletionsLastProducer.of(producer, Set.of(CHANGELOG));
  }

  private static ProducerRecord<byte[], byte[]> to(String topic) {
    return new ProducerRecord<>(topic, KEY, new byte[8]);
  }

  private static ProducerRecord<byte[], byte[]> deletion(String topic) {
    return new ProducerRecord<>(topic, KEY, null);
  }

  @Test
  void shouldHoldADeletionBackUntilWhatWasSentBeforeIsAcknowledged() {
    Future<RecordMetadata> answer = producer.send(to("embeddings"));
    Future<RecordMetadata> pending = producer.send(to(CHANGELOG), null);
    Future<RecordMetadata> tombstone = producer.send(deletion("embeddings"), null);
    assertThat(List.of(answer.isDone(), pending.isDone(), tombstone.isDone()))
        .as("only a deletion in the changelog waits")
        .containsOnly(false);
    Future<RecordMetadata> deletion = producer.send(deletion(CHANGELOG), null);
    assertThat(List.of(answer.isDone(), pending.isDone(), tombstone.isDone())).containsOnly(true);
    assertThat(deletion.isDone()).as("it is sent after them").isFalse();
    assertThat(kafka.history()).hasSize(4);
  }

  @Test
  void shouldWaitOnceForTheDeletionsOfACommit() {
    producer.send(to("embeddings"), null);
    Future<RecordMetadata> first = producer.send(deletion(CHANGELOG), null);
    producer.send(deletion(CHANGELOG), null);
    assertThat(first.isDone()).isFalse();
    Future<RecordMetadata> nextAnswer = producer.send(to("embeddings"), null);
    producer.send(deletion(CHANGELOG), null);
    assertThat(nextAnswer.isDone()).isTrue();
  }

  @Test
  void shouldNotSendADeletionWhenAnAnswerWasNotTaken() {
    List<Exception> heard = new ArrayList<>();
    producer.send(to("embeddings"), (metadata, exception) -> heard.add(exception));
    RecordTooLargeException tooLarge = new RecordTooLargeException("too large");
    kafka.errorNext(tooLarge);
    assertThat(heard).containsExactly(tooLarge);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> producer.send(deletion(CHANGELOG), null))
          .isInstanceOf(KafkaException.class)
          .hasMessageContaining("stays pending")
          .hasCause(tooLarge);
    }
    assertThat(kafka.history()).extracting(ProducerRecord::topic).containsExactly("embeddings");
  }

  @Test
  void shouldNotSendADeletionWhenAnAnswerFailsWhileItWaits() {
    RecordTooLargeException tooLarge = new RecordTooLargeException("too large");
    MockProducer<byte[], byte[]> failing =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public synchronized void flush() {
            errorNext(tooLarge);
          }
        };
    Producer<byte[], byte[]> wrapped = wrap(failing);
    wrapped.send(to("embeddings"));
    assertThatThrownBy(() -> wrapped.send(deletion(CHANGELOG))).hasCause(tooLarge);
    assertThat(failing.history()).hasSize(1);
  }

  @Test
  void shouldWaitAgainAfterAWaitThatFailed() {
    Future<RecordMetadata> answer = producer.send(to("embeddings"));
    kafka.flushException = new KafkaException("interrupted");
    assertThatThrownBy(() -> producer.send(deletion(CHANGELOG))).hasMessage("interrupted");
    assertThat(kafka.history()).hasSize(1);
    kafka.flushException = null;
    producer.send(deletion(CHANGELOG));
    assertThat(answer.isDone()).isTrue();
  }

  @Test
  void shouldThrowWhatTheProducerThrows() {
    kafka.sendException = new ProducerFencedException("fenced");
    assertThatThrownBy(() -> producer.send(to("embeddings"), null)).isSameAs(kafka.sendException);
  }

  @Test
  void shouldPassOnTransactionsFlushAndClose() {
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(to("embeddings"));
    producer.abortTransaction();
    assertThat(kafka.transactionAborted()).isTrue();
    assertThat(kafka.history()).isEmpty();

    producer.beginTransaction();
    Future<RecordMetadata> answer = producer.send(to("embeddings"));
    producer.send(deletion(CHANGELOG));
    assertThat(answer.isDone()).isTrue();
    producer.sendOffsetsToTransaction(
        Map.of(new TopicPartition("questions", 0), new OffsetAndMetadata(1)),
        new MockConsumer<>("earliest").groupMetadata());
    assertThat(kafka.history()).as("not committed yet").isEmpty();
    producer.commitTransaction();
    assertThat(kafka.history()).hasSize(2);
    assertThat(kafka.consumerGroupOffsetsHistory()).hasSize(1);

    Future<RecordMetadata> flushed = producer.send(to("embeddings"));
    producer.flush();
    assertThat(flushed.isDone()).isTrue();
    producer.close(Duration.ZERO);
    assertThat(kafka.closed()).isTrue();
  }

  /** Whatever is sent and acknowledged: nothing lost, order kept, deletions last. */
  @Test
  void shouldKeepTheOrderOfSends() {
    Random random = new Random(SEED);
    List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    Map<ProducerRecord<byte[], byte[]>, Integer> acknowledged = new HashMap<>();
    List<Future<RecordMetadata>> answers = new ArrayList<>();
    for (int step = 0; step < 1_000; step++) {
      if (random.nextInt(4) == 0) {
        kafka.completeNext();
        continue;
      }
      String topic = random.nextBoolean() ? CHANGELOG : "embeddings";
      // a key of its own makes each record unequal to all others
      byte[] value = random.nextBoolean() ? null : new byte[8];
      ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, new byte[4], value);
      sent.add(record);
      Future<RecordMetadata> future =
          producer.send(record, (done, failed) -> acknowledged.merge(record, 1, Integer::sum));
      if (value == null && topic.equals(CHANGELOG)) {
        assertThat(answers).as("seed %d, step %d", SEED, step).allMatch(Future::isDone);
      } else {
        answers.add(future);
      }
    }
    producer.flush();
    assertThat(kafka.history()).as("seed %d", SEED).isEqualTo(sent);
    assertThat(acknowledged.keySet()).as("seed %d", SEED).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(acknowledged.values()).as("seed %d", SEED).containsOnly(1);
  }
}
