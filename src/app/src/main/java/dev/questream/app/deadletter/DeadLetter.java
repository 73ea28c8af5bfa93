package dev.questream.app.deadletter;

import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.SourceTimestamp;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the dead letter topic, with its headers read.
 *
 * <p>Anybody may write to that topic, so every header may be missing or nonsense.
 *
 * @param record as it was consumed
 */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {

  /** Where a record was before it died, written {@code TOPIC-PARTITION@OFFSET}. */
  public record Source(String topic, int partition, long offset) {
    @Override
    public String toString() {
      return topic + "-" + partition + "@" + offset;
    }
  }

  public DeadLetterPosition place() {
    return new DeadLetterPosition(record.partition(), record.offset());
  }

  /** Why it died, as a stable code; empty if it does not say. */
  public String reason() {
    return header(DeadLetterHeaders.REASON);
  }

  /** Where it came from, if it says so. */
  public Optional<Source> source() {
    String topic = header(DeadLetterHeaders.SOURCE_TOPIC);
    long partition = number(header(DeadLetterHeaders.SOURCE_PARTITION));
    long offset = number(header(DeadLetterHeaders.SOURCE_OFFSET));
    return topic.isEmpty() || partition < 0 || partition > Integer.MAX_VALUE || offset < 0
        ? Optional.empty()
        : Optional.of(new Source(topic, (int) partition, offset));
  }

  /** The timestamp of the record that died, in milliseconds since 1970; -1 if it had none. */
  public long sourceTimestampMs() {
    return header(SourceTimestamp.HEADER).isEmpty()
        ? record.timestamp() // of a version that kept it so
        : SourceTimestamp.of(record.headers());
  }

  /** What of the record is missing here; empty if it is whole. */
  public String cut() {
    return header(DeadLetterHeaders.CUT);
  }

  /** How often it had been replayed before it died. */
  public int replays() {
    long replays = number(header(DeadLetterHeaders.REPLAY_COUNT));
    return (int) Math.min(Math.max(replays, 0), Integer.MAX_VALUE - 1);
  }

  /** The last header of this name as text; empty if there is none. */
  public String header(String name) {
    return DeadLetterHeaders.text(record.headers(), name);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
