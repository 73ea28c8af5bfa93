package dev.questream.processor;

import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Which record of its partition a question was made of.
 *
 * @param offset the record's offset
 * @param sibling 0, or how many questions came of the same record before this one
 */
record Origin(long offset, int sibling) {

  /**
   * The origin of the record that a processor is given.
   *
   * @param previous what came before it in the task, or null
   * @throws StreamsException if it was not made of a record of a topic
   */
  static Origin of(RecordMetadata metadata, Place previous) {
    boolean again = Place.of(metadata).sameRecord(previous);
    return new Origin(metadata.offset(), again ? previous.origin().sibling() + 1 : 0);
  }

  /** What an id is made of where there is none: the same for the same record, always. */
  String place(String topic, int partition) {
    String place = topic + "/" + partition + "/" + offset;
    return sibling == 0 ? place : place + "/" + sibling;
  }

  /** An origin with its partition. */
  record Place(String topic, int partition, Origin origin) {
    private static Place of(RecordMetadata metadata) {
      return new Place(metadata.topic(), metadata.partition(), new Origin(metadata.offset(), 0));
    }

    private boolean sameRecord(Place other) {
      return other != null
          && origin.offset() == other.origin.offset()
          && partition == other.partition
          && topic.equals(other.topic);
    }
  }
}
