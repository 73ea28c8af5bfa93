package dev.questream.lab.chaos.guarantee;

/** Where a record was read: topic, partition, offset. */
public record Place(String topic, int partition, long offset) {
  @Override
  public String toString() {
    return "%s-%d offset %d".formatted(topic, partition, offset);
  }
}
