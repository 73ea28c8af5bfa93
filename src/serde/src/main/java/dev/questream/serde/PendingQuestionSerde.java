package dev.questream.serde;

import dev.questream.avro.PendingQuestion;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;

/**
 * Pending questions in the store and its changelog: Avro's single-object encoding, never a
 * registry.
 */
public final class PendingQuestionSerde extends Serdes.WrapperSerde<PendingQuestion> {

  public PendingQuestionSerde() {
    this(new AvroWire<>(PendingQuestion.class, Optional.empty()));
  }

  private PendingQuestionSerde(AvroWire<PendingQuestion> wire) {
    super(
        (topic, pending) -> pending == null ? null : wire.encode(topic, pending),
        (topic, bytes) -> bytes == null ? null : wire.decode(bytes));
  }
}
