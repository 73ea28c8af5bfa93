package dev.questream.serde;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a record is read as, in a line. */
public final class ReadingText {
  private static final int SHOWN = 30;

  private ReadingText() {}

  public static String of(QuestionDecoder decoder, ConsumerRecord<byte[], byte[]> record) {
    try {
      Reading reading =
          decoder.read(record.key(), record.value(), record.headers(), record.timestamp());
      if (reading instanceof Reading.Asked asked) {
        String text = asked.question().getText();
        return "asks %s: %s"
            .formatted(reading.id(), text.length() > SHOWN ? text.substring(0, SHOWN) : text);
      }
      return reading instanceof Reading.Deleted deleted
          ? "deletes %s%s".formatted(reading.id(), deleted.byEvent() ? ", an event" : "")
          : "skips " + ((Reading.Skipped) reading).kind();
    } catch (WireException e) {
      return "refuses: " + e.getMessage();
    }
  }
}
