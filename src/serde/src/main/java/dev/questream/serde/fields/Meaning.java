package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;

/**
 * What numbers and bytes stand for, by the names that Avro (logical types), Kafka Connect and
 * Debezium give it.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#logical-types">Avro</a>
 * @see <a href="https://debezium.io/documentation/reference/stable/connectors/postgresql.html">
 *     Debezium's temporal types</a>
 */
final class Meaning {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String VARIABLE_SCALE = "io.debezium.data.VariableScaleDecimal";
  private static final int UUID_BYTES = 16;
  private static final int DURATION_BYTES = 12;
  private static final int WRITTEN_OUT = 1_000; // digits behind or before the point, at most

  private Meaning() {}

  /**
   * A value by its meaning; what means nothing as it is, but bytes as text.
   *
   * @throws FieldException if bytes are no text
   */
  static JsonNode json(Datum datum) {
    String meaning = datum.meaning();
    if (meaning.equals(VARIABLE_SCALE)) {
      return variableScale(datum);
    }
    JsonNode raw = datum.raw();
    if (raw instanceof BinaryNode bytes) {
      return bytes(meaning, bytes.binaryValue(), datum.scale());
    }
    if (meaning.isEmpty()) {
      return raw;
    }
    if (raw.isBigDecimal()) {
      return writtenOut(raw.decimalValue());
    }
    return raw.isIntegralNumber() && raw.canConvertToLong() ? number(meaning, raw) : raw;
  }

  /** Milliseconds since 1970 of a number that counts time since then; null of any other. */
  static Long millis(String meaning, long number) {
    long units = unitsPerSecond(meaning);
    return units == 0 || !isPoint(meaning) ? null : scaled(number, units);
  }

  private static long scaled(long number, long unitsPerSecond) {
    return Math.floorDiv(number, unitsPerSecond / 1_000);
  }

  /** Whether it counts from 1970, not from midnight. */
  private static boolean isPoint(String meaning) {
    return meaning.contains("imestamp");
  }

  private static long unitsPerSecond(String meaning) {
    return switch (meaning) {
      case "timestamp-millis",
          "local-timestamp-millis",
          "time-millis",
          "org.apache.kafka.connect.data.Timestamp",
          "org.apache.kafka.connect.data.Time",
          "io.debezium.time.Timestamp",
          "io.debezium.time.Time" ->
          1_000;
      case "timestamp-micros",
          "local-timestamp-micros",
          "time-micros",
          "io.debezium.time.MicroTimestamp",
          "io.debezium.time.MicroTime",
          "io.debezium.time.MicroDuration" ->
          1_000_000;
      case "timestamp-nanos",
          "local-timestamp-nanos",
          "io.debezium.time.NanoTimestamp",
          "io.debezium.time.NanoTime",
          "io.debezium.time.NanoDuration" ->
          1_000_000_000;
      default -> 0;
    };
  }

  /** Debezium's timestamps have no zone, Avro's and Connect's are points in time. */
  private static boolean isLocal(String meaning) {
    return meaning.startsWith("local-") || meaning.startsWith("io.debezium.");
  }

  private static JsonNode number(String meaning, JsonNode raw) {
    long number = raw.longValue();
    try {
      return switch (meaning) {
        case "date", "org.apache.kafka.connect.data.Date", "io.debezium.time.Date" ->
            JSON.textNode(LocalDate.ofEpochDay(number).toString());
        default -> {
          long units = unitsPerSecond(meaning);
          yield units == 0 ? raw : JSON.textNode(time(meaning, number, units));
        }
      };
    } catch (DateTimeException e) { // no time of day has so many
      return raw;
    }
  }

  private static String time(String meaning, long number, long units) {
    long seconds = Math.floorDiv(number, units);
    int nanos = (int) (Math.floorMod(number, units) * (1_000_000_000 / units));
    if (meaning.endsWith("Duration")) {
      return Duration.ofSeconds(seconds, nanos).toString();
    }
    if (!isPoint(meaning)) {
      LocalTime time = LocalTime.ofSecondOfDay(seconds).withNano(nanos);
      return DateTimeFormatter.ISO_LOCAL_TIME.format(time);
    }
    return isLocal(meaning)
        ? DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
            LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC))
        : Instant.ofEpochSecond(seconds, nanos).toString();
  }

  private static JsonNode bytes(String meaning, byte[] bytes, int scale) {
    return switch (meaning) {
      case "decimal", "org.apache.kafka.connect.data.Decimal" -> decimal(bytes, scale);
      case "uuid" -> bytes.length == UUID_BYTES ? uuid(bytes) : text(bytes);
      case "duration" -> bytes.length == DURATION_BYTES ? duration(bytes) : text(bytes);
      default -> text(bytes);
    };
  }

  private static JsonNode uuid(byte[] bytes) {
    ByteBuffer halves = ByteBuffer.wrap(bytes);
    return JSON.textNode(new UUID(halves.getLong(), halves.getLong()).toString());
  }

  /** Months, days and milliseconds, each an unsigned little-endian int. */
  private static JsonNode duration(byte[] bytes) {
    ByteBuffer parts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long months = Integer.toUnsignedLong(parts.getInt());
    long days = Integer.toUnsignedLong(parts.getInt());
    long millis = Integer.toUnsignedLong(parts.getInt());
    String date = months == 0 && days == 0 ? "P" : date(months, days);
    String time = Duration.ofMillis(millis).toString().substring(1);
    return JSON.textNode(millis == 0 && date.length() > 1 ? date : date + time);
  }

  private static String date(long months, long days) {
    try {
      return Period.of((int) (months / 12), (int) (months % 12), Math.toIntExact(days)).toString();
    } catch (ArithmeticException e) {
      return "P%dM%dD".formatted(months, days);
    }
  }

  /** A struct of the scale and the bytes, where the database does not fix the scale. */
  private static JsonNode variableScale(Datum struct) {
    Datum scale = struct.field("scale");
    Datum value = struct.field("value");
    return scale != null && value != null && value.raw() instanceof BinaryNode bytes
        ? decimal(bytes.binaryValue(), scale.raw().asInt())
        : struct.raw();
  }

  private static JsonNode decimal(byte[] bytes, int scale) {
    if (bytes.length == 0) {
      throw new FieldException("a decimal in the record has no bytes");
    }
    BigInteger unscaled = new BigInteger(bytes);
    return scale == 0 ? JSON.numberNode(unscaled) : writtenOut(new BigDecimal(unscaled, scale));
  }

  /** Without an exponent, unless it would be absurdly long. */
  private static JsonNode writtenOut(BigDecimal number) {
    return Math.abs((long) number.scale()) > WRITTEN_OUT || number.toString().indexOf('E') < 0
        ? JSON.numberNode(number)
        : JSON.textNode(number.toPlainString());
  }

  private static JsonNode text(byte[] bytes) {
    try {
      return JSON.textNode(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      throw new FieldException(
          "%d bytes in the record are not valid UTF-8".formatted(bytes.length), e);
    }
  }
}
