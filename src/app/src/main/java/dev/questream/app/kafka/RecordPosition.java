package dev.questream.app.kafka;

/** Where a record lies. */
public record RecordPosition(String topic, int partition, long offset) {
  @Override
  public String toString() {
    return "%s-%d offset %d".formatted(topic, partition, offset);
  }
}
