package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.serde.SerdeConfig.OutputKey;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** What is forwarded to a topic is what the topic takes. */
class TopicDeliveryTest {
  private final AtomicReference<TopicLimits> limits =
      new AtomicReference<>(new TopicLimits(1, 5_000, 3));
  private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
  private final Serializer<Object> serializer =
      (topic, value) -> {
        if (failure.get() != null) {
          throw failure.get();
        }
        return value == null ? null : new byte[(int) value];
      };
  private final Delivery delivery =
      Delivery.toTopics("embeddings", OutputKey.ID, serializer, limits::get);

  private Record<byte[], Object> deliver(Integer valueBytes) throws UndeliverableException {
    return delivery.embedding(new Record<>(new byte[100], valueBytes, 5L), 77);
  }

  @Test
  void shouldWriteTheValueAndTheTime() throws UndeliverableException {
    delivery.prepare();
    Record<byte[], Object> record = deliver(1_000);
    assertThat(record.timestamp()).isEqualTo(77);
    assertThat((byte[]) record.value()).hasSize(1_000);
    assertThat(deliver(null).value()).as("a deletion stays one").isNull();
  }

  @Test
  void shouldRejectWhatTheTopicDoesNotTake() {
    delivery.prepare();
    assertThatExceptionOfType(UndeliverableException.class)
        .isThrownBy(() -> deliver(5_000))
        .withMessage("the embedding may have 6,261 bytes, the topic embeddings takes 5,000")
        .satisfies(e -> assertThat(e.rejected().reason()).isEqualTo(DeadLetterReason.TOO_LARGE));
  }

  @Test
  void shouldAskForTheLimitsWheneverATaskBegins() throws UndeliverableException {
    delivery.prepare();
    limits.set(new TopicLimits(1, 10_000, 3));
    delivery.prepare();
    assertThat((byte[]) deliver(5_000).value()).hasSize(5_000);
  }

  @Test
  void shouldBlameTheQuestionForWhatTheFormatCannotExpress() {
    failure.set(new SerializationException("no number for NaN"));
    assertThatExceptionOfType(UndeliverableException.class)
        .isThrownBy(() -> deliver(10))
        .withMessageContaining("no number for NaN")
        .satisfies(e -> assertThat(e.rejected().reason()).isEqualTo(DeadLetterReason.UNWRITABLE));
  }

  @Test
  void shouldBlameTheServerForWhatItDoesNotAnswer() {
    failure.set(new SerializationException("registry", new IOException("connection refused")));
    assertThatThrownBy(() -> deliver(10)).isSameAs(failure.get());
    failure.set(new SerializationException("registry", new NetworkException()));
    assertThatThrownBy(() -> deliver(10)).isSameAs(failure.get());
  }

  @Test
  void shouldMeasureNoLessThanKafkaDoes() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("é", new byte[300]);
    headers.add("", null);
    Record<byte[], byte[]> record =
        new Record<>(new byte[20_000], new byte[3_000_000], 5L, headers);
    int kafkas =
        AbstractRecords.estimateSizeInBytesUpperBound(
            (byte) 2,
            org.apache.kafka.common.record.internal.CompressionType.NONE,
            record.key(),
            record.value(),
            headers.toArray());
    assertThat(RecordBytes.of(record)).isBetween((long) kafkas, kafkas + 50L);
  }
}
