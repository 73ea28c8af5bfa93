package dev.questream.serde.fields;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers and bytes as what they stand for. */
class MeaningTest {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private record Scalar(String meaning, JsonNode raw, int scale) implements Datum {
    @Override
    public Datum field(String name) {
      return null;
    }
  }

  private static String number(String meaning, long number) {
    return new Scalar(meaning, JSON.numberNode(number), 0).json().asText();
  }

  private static String bytes(String meaning, byte[] bytes, int scale) {
    return new Scalar(meaning, JSON.binaryNode(bytes), scale).json().asText();
  }

  @ParameterizedTest
  @CsvSource({
    "timestamp-millis, 1700000000123, 2023-11-14T22:13:20.123Z",
    "timestamp-millis, -1, 1969-12-31T23:59:59.999Z",
    "timestamp-micros, 1700000000123456, 2023-11-14T22:13:20.123456Z",
    "timestamp-nanos, 1700000000123456789, 2023-11-14T22:13:20.123456789Z",
    "local-timestamp-millis, 1700000000000, 2023-11-14T22:13:20",
    "local-timestamp-micros, 1700000000123456, 2023-11-14T22:13:20.123456",
    "org.apache.kafka.connect.data.Timestamp, 1700000000123, 2023-11-14T22:13:20.123Z",
    "io.debezium.time.Timestamp, 1700000000123, 2023-11-14T22:13:20.123",
    "io.debezium.time.MicroTimestamp, 1700000000123456, 2023-11-14T22:13:20.123456",
    "io.debezium.time.NanoTimestamp, 1700000000123456789, 2023-11-14T22:13:20.123456789",
    "date, 19675, 2023-11-14",
    "date, -1, 1969-12-31",
    "io.debezium.time.Date, 19675, 2023-11-14",
    "org.apache.kafka.connect.data.Date, 19675, 2023-11-14",
    "time-millis, 45296789, 12:34:56.789",
    "time-millis, 0, 00:00:00",
    "time-micros, 45296789123, 12:34:56.789123",
    "io.debezium.time.MicroTime, 45296789123, 12:34:56.789123",
    "io.debezium.time.NanoTime, 45296789123456, 12:34:56.789123456",
    "org.apache.kafka.connect.data.Time, 45296789, 12:34:56.789",
    "time-millis, 99999999999, 99999999999",
    "time-millis, -1, -1",
    "io.debezium.time.MicroDuration, 61500000, PT1M1.5S",
    "of-somebodys-own, 7, 7"
  })
  void shouldWriteTimesInIso8601(String meaning, long number, String text) {
    assertThat(number(meaning, number)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "1250, 2, 12.50",
    "-1, 2, -0.01",
    "7, 0, 7",
    "1, 12, 0.000000000001",
    "5, -3, 5000",
    "12345678901234567890123, 5, 123456789012345678.90123"
  })
  void shouldWriteDecimalsWithoutAnExponent(String unscaled, int scale, String text) {
    byte[] bytes = new java.math.BigInteger(unscaled).toByteArray();
    for (String meaning : List.of("decimal", "org.apache.kafka.connect.data.Decimal")) {
      assertThat(bytes(meaning, bytes, scale)).isEqualTo(text);
    }
  }

  /** A schema may say anything of the scale. */
  @Test
  void shouldNotWriteAbsurdScalesOut() {
    for (int scale : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThat(bytes("decimal", new byte[] {7}, scale)).hasSizeLessThan(20);
    }
    for (int scale : new int[] {2_000_000, -2_000_000}) {
      String text = bytes("decimal", new byte[] {7}, scale);
      assertThat(text).hasSizeLessThan(20);
      assertThat(new BigDecimal(text))
          .isEqualByComparingTo(new BigDecimal("7").scaleByPowerOfTen(-scale));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, PT0S",
    "14, 3, 4500, P1Y2M3DT4.5S",
    "1, 0, 0, P1M",
    "0, 2, 0, P2D",
    "0, 0, 61000, PT1M1S",
    "-1, -1, -1, P4294967295M4294967295DT1193H2M47.295S"
  })
  void shouldWriteDurationsInIso8601(int months, int days, int millis, String text) {
    byte[] bytes =
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(months)
            .putInt(days)
            .putInt(millis)
            .array();
    assertThat(bytes("duration", bytes, 0)).isEqualTo(text);
  }

  @Test
  void shouldTakeOtherBytesForText() {
    assertThat(bytes("", "für".getBytes(java.nio.charset.StandardCharsets.UTF_8), 0))
        .isEqualTo("für");
    assertThatThrownBy(() -> bytes("", new byte[] {(byte) 0xFF}, 0))
        .isInstanceOf(FieldException.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> bytes("decimal", new byte[0], 2)).isInstanceOf(FieldException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2023-11-14T22:13:20.123Z, 1700000000123",
    "2023-11-14T22:13:20.123+00:00, 1700000000123",
    "2023-11-14T23:13:20.123+0100, 1700000000123",
    "2023-11-14T20:13:20.123-02, 1700000000123",
    "2023-11-14T22:13:20.123456789, 1700000000123",
    "2023-11-14 22:13:20.123, 1700000000123",
    "2023-11-14 22:13, 1699999980000",
    "1969-12-31T23:59:59.999Z, -1"
  })
  void shouldReadPointsInTimeAsProgramsWriteThem(String text, long millis) {
    assertThat(PointInTime.millis(JsonDatum.text(text), "at")).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({"2023-11-14", "22:13:20", "yesterday", "1700000000123", "''"})
  void shouldRefuseWhatIsNoPointInTime(String text) {
    assertThatThrownBy(() -> PointInTime.millis(JsonDatum.text(text), "input.asked.at=ts"))
        .isInstanceOf(FieldException.class)
        .hasMessageContaining("input.asked.at=ts")
        .hasMessageContaining("type string");
  }
}
