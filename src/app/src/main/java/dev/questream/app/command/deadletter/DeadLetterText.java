package dev.questream.app.command.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.Console;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.DeadLetter.Source;
import dev.questream.avro.Question;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.QuestionDecoder;
import dev.questream.serde.Reading;
import dev.questream.serde.WireException;
import dev.questream.serde.registry.SchemaRegistryException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Header;

/** A dead letter as a person, or a script, wants to see it. */
final class DeadLetterText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_MESSAGE = 100;
  private static final int SHOWN_KEY = 40;

  private DeadLetterText() {}

  /** One line: place, time, reason, source, key, message. */
  static String line(DeadLetter letter) {
    return "%-8s  %s  %-19s  %s  %s  %s"
        .formatted(
            letter.place(),
            time(letter.record().timestamp()),
            shown(letter.reason()),
            letter.source().map(Source::toString).map(Console::printable).orElse("-"),
            shortened(Bytes.of(letter.record().key()).line(), SHOWN_KEY),
            shortened(shown(letter.header(DeadLetterHeaders.MESSAGE)), SHOWN_MESSAGE));
  }

  /** One JSON object in one line; what is not known is null. */
  static String json(DeadLetter letter, boolean replayed) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", letter.place().partition());
    json.put("offset", letter.place().offset());
    json.put("timestamp_ms", letter.record().timestamp());
    json.put("reason", letter.reason());
    json.put("message", letter.header(DeadLetterHeaders.MESSAGE));
    json.put("exception", letter.header(DeadLetterHeaders.EXCEPTION));
    json.put("source_topic", letter.source().map(Source::topic).orElse(null));
    json.put("source_partition", letter.source().map(Source::partition).orElse(null));
    json.put("source_offset", letter.source().map(Source::offset).orElse(null));
    json.put("source_timestamp_ms", letter.sourceTimestampMs());
    json.put("cut", letter.cut());
    json.put("application_id", letter.header(DeadLetterHeaders.APPLICATION));
    json.put("model_id", letter.header(DeadLetterHeaders.MODEL));
    Bytes key = Bytes.of(letter.record().key());
    json.put("key", key.text().orElse(null));
    json.put("key_hex", key.hex().orElse(null));
    json.put(
        "value_bytes", letter.record().value() == null ? null : letter.record().value().length);
    json.put("replays", letter.replays());
    json.put("replayed", replayed);
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("strings and numbers are always JSON", e);
    }
  }

  /** Several lines: everything. */
  static String describe(
      DeadLetter letter, boolean replayed, String format, QuestionDecoder decoder) {
    StringBuilder text = new StringBuilder();
    line(text, "place", letter.record().topic() + " " + letter.place());
    line(text, "died", time(letter.record().timestamp()));
    line(text, "asked", time(letter.sourceTimestampMs()));
    line(text, "reason", shown(letter.reason()));
    line(text, "message", shown(letter.header(DeadLetterHeaders.MESSAGE)));
    line(text, "exception", shown(letter.header(DeadLetterHeaders.EXCEPTION)));
    line(text, "source", shown(letter.source().map(Source::toString).orElse("")));
    line(text, "cut", letter.cut().isEmpty() ? "no" : shown(letter.cut()));
    line(text, "application", shown(letter.header(DeadLetterHeaders.APPLICATION)));
    line(text, "model", shown(letter.header(DeadLetterHeaders.MODEL)));
    line(text, "replayed", replayed ? "yes, from here" : "no");
    line(text, "earlier", earlier(letter));
    line(text, "key", Bytes.of(letter.record().key()).block());
    value(text, letter, format, decoder);
    for (Header header : letter.record().headers()) {
      line(
          text,
          "header",
          Console.printable(header.key()) + " = " + Bytes.of(header.value()).block());
    }
    return text.toString();
  }

  private static String earlier(DeadLetter letter) {
    return letter.replays() == 0
        ? "-"
        : "replayed %,d times before it died here, the last time from %s"
            .formatted(letter.replays(), shown(letter.header(DeadLetterHeaders.REPLAY_FROM)));
  }

  private static void value(
      StringBuilder text, DeadLetter letter, String format, QuestionDecoder decoder) {
    byte[] value = letter.record().value();
    line(text, "value", value == null ? "none" : "%,d bytes".formatted(value.length));
    try {
      Reading reading =
          decoder.read(
              letter.record().key(), value, letter.record().headers(), letter.sourceTimestampMs());
      if (reading instanceof Reading.Asked asked) {
        asked(text, format, asked);
      } else if (reading instanceof Reading.Deleted) {
        line(text, "as " + format, "a deletion");
        line(text, "  id", shown(reading.id()));
      } else {
        line(text, "as " + format, "nothing asked: " + ((Reading.Skipped) reading).kind());
      }
    } catch (WireException | SchemaRegistryException e) {
      line(text, "as " + format, "not readable: " + shown(e.getMessage()));
      line(text, "content", Bytes.of(value).block());
    }
  }

  private static void asked(StringBuilder text, String format, Reading.Asked asked) {
    Question question = asked.question();
    line(text, "as " + format, "a question");
    line(text, "  id", shown(question.getId()));
    if (!asked.title().isEmpty()) {
      line(text, "  title", Bytes.shown(asked.title()));
    }
    line(text, "  text", Bytes.shown(question.getText()));
    new TreeMap<>(question.getMetadata())
        .forEach((name, held) -> line(text, "  metadata", shown(name) + " = " + shown(held)));
    line(
        text,
        "  asked",
        question.getAskedAtMs() == 0
            ? "-"
            : Instant.ofEpochMilli(question.getAskedAtMs()).toString());
  }

  /** Counts by reason, the most frequent first. */
  static String counts(Map<String, Long> byReason) {
    return byReason.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> "%,d %s".formatted(entry.getValue(), reason(entry.getKey())))
        .collect(Collectors.joining(", "));
  }

  private static String reason(String code) {
    return code.isEmpty() ? "without a reason" : Console.printable(code);
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append("%-11s %s%n".formatted(label, value));
  }

  private static String time(long timestamp) {
    return timestamp < 0 ? "-" : Instant.ofEpochMilli(timestamp).toString();
  }

  private static String shown(String text) {
    return text.isEmpty() ? "-" : Console.printable(text);
  }

  private static String shortened(String text, int length) {
    return text.codePointCount(0, text.length()) <= length
        ? text
        : text.substring(0, text.offsetByCodePoints(0, length - 1)) + "…";
  }
}
