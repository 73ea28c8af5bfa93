package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.OptionalLong;

/**
 * Points in time as programs write them: ISO 8601, with {@code T} or a space, with or without an
 * offset. Without one it is UTC.
 */
final class PointInTime {
  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .appendPattern("['T'][' ']")
          .append(DateTimeFormatter.ISO_LOCAL_TIME)
          .appendPattern("[XXX][XX][X]")
          .toFormatter();

  private PointInTime() {}

  /**
   * Milliseconds since 1970-01-01 UTC; 0 of null.
   *
   * @param name for messages
   * @throws FieldException if it is no point in time
   */
  static long millis(Datum datum, String name) {
    JsonNode raw = datum.raw();
    String meaning = datum.meaning();
    if (raw.isNull()) {
      return 0;
    }
    if (raw.isIntegralNumber() && raw.canConvertToLong()) {
      Long millis = Meaning.millis(meaning, raw.longValue());
      if (millis == null && datum.json().isTextual()) {
        throw new FieldException(
            "%s is of the type %s, which is no point in time".formatted(name, meaning));
      }
      return millis == null ? raw.longValue() : millis;
    }
    OptionalLong written = raw.isTextual() ? millis(raw.textValue()) : OptionalLong.empty();
    return written.orElseThrow(
        () ->
            new FieldException(
                "%s is no whole number of 64 bits, it is %s; a time in ISO 8601 will do too"
                    .formatted(name, Kinds.of("", raw))));
  }

  private static OptionalLong millis(String text) {
    try {
      TemporalAccessor parsed = FORMAT.parseBest(text.strip(), Instant::from, LocalDateTime::from);
      Instant instant =
          parsed instanceof LocalDateTime local
              ? local.toInstant(ZoneOffset.UTC)
              : (Instant) parsed;
      return OptionalLong.of(instant.toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
