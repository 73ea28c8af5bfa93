package dev.questream.lab.chaos;

import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.RecordPosition;
import dev.questream.lab.chaos.guarantee.Consumed;
import dev.questream.serde.SourceTimestamp;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Answers as the reader gives them become what the guarantees take. */
final class AnswerTranslation {

  private AnswerTranslation() {}

  /**
   * @param nowMs stands for the time at which it was made where the record does not say
   */
  static Consumed of(Answer answer, long nowMs) {
    ConsumerRecord<byte[], byte[]> source = answer.source();
    RecordPosition place = new RecordPosition(source.topic(), source.partition(), source.offset());
    String text = header(source, Workload.NUMBER);
    OptionalInt number = wholeNumber(text);
    if (number.isEmpty()) {
      return new Consumed.Stray(
          place, "its header %s is '%s', no number".formatted(Workload.NUMBER, text));
    }
    return of(answer, place, number.getAsInt(), nowMs);
  }

  private static Consumed of(Answer answer, RecordPosition place, int number, long nowMs) {
    ConsumerRecord<byte[], byte[]> source = answer.source();
    if (answer instanceof Answer.Embedded embedded) {
      return new Consumed.Embedded(
          number,
          place,
          embedded.embedding().getEmbeddedAtMs(),
          text(source.key()),
          SourceTimestamp.of(source.headers()),
          embedded.embedding());
    }
    if (answer instanceof Answer.Deleted) {
      return new Consumed.Deleted(number, place, nowMs, text(source.key()));
    }
    RecordPosition asked =
        new RecordPosition(
            header(source, "questream.source.topic"),
            wholeNumber(header(source, "questream.source.partition")).orElse(-1),
            wholeNumber(header(source, "questream.source.offset")).orElse(-1));
    return new Consumed.DeadLetter(
        number,
        place,
        nowMs,
        header(source, "questream.error.reason"),
        asked,
        source.key(),
        source.value(),
        SourceTimestamp.of(source.headers()));
  }

  private static String header(ConsumerRecord<byte[], byte[]> source, String name) {
    Header header = source.headers().lastHeader(name);
    return header == null ? "" : text(header.value());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  private static OptionalInt wholeNumber(String text) {
    try {
      int number = Integer.parseInt(text);
      return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }
}
