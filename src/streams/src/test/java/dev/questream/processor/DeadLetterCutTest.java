package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** A dead letter that its topic would refuse is cut, says so, and always says why it died. */
class DeadLetterCutTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final Headers REASONS = headers("questream.error.reason", 10);

  private static Headers headers(String name, int bytes) {
    Headers headers = new RecordHeaders();
    headers.add(name, new byte[bytes]);
    return headers;
  }

  private static Record<byte[], byte[]> died(int key, int value, int header) {
    return new Record<>(new byte[key], new byte[value], 5L, headers("own", header));
  }

  private static String cut(Record<byte[], byte[]> letter) {
    return letter.headers().lastHeader("questream.error.cut") == null
        ? ""
        : new String(
            letter.headers().lastHeader("questream.error.cut").value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldLeaveWhatFits() {
    Record<byte[], byte[]> letter = DeadLetterCut.toFit(died(10, 20, 30), REASONS, 1_000);
    assertThat(cut(letter)).isEmpty();
    assertThat(letter.key()).hasSize(10);
    assertThat(letter.value()).hasSize(20);
    assertThat(letter.headers().toArray()).hasSize(2);
    assertThat(letter.timestamp()).isEqualTo(5);
  }

  @Test
  void shouldCutTheEndOfTheValueFirst() {
    Record<byte[], byte[]> letter = DeadLetterCut.toFit(died(10, 2_000, 30), REASONS, 1_000);
    assertThat(letter.key()).hasSize(10);
    assertThat(letter.value()).hasSizeBetween(500, 900);
    assertThat(cut(letter)).isEqualTo("value %,d of 2,000 bytes".formatted(letter.value().length));
    assertThat(letter.headers().lastHeader("own").value()).hasSize(30);
  }

  @Test
  void shouldLeaveTheRecordsOwnHeadersOutIfTheyAloneAreTooMuch() {
    Record<byte[], byte[]> letter = DeadLetterCut.toFit(died(10, 20, 2_000), REASONS, 1_000);
    assertThat(cut(letter)).isEqualTo("1 headers left out");
    assertThat(letter.value()).hasSize(20);
    assertThat(letter.headers().lastHeader("own")).isNull();
  }

  @Test
  void shouldCutTheKeyLast() {
    Record<byte[], byte[]> letter = DeadLetterCut.toFit(died(5_000, 20, 30), REASONS, 1_000);
    assertThat(cut(letter)).startsWith("key ").contains("value 0 of 20 bytes");
    assertThat(letter.headers().lastHeader("questream.error.reason").value()).hasSize(10);
  }

  @Test
  void shouldKeepNullsAsTheyAre() {
    Record<byte[], byte[]> deletion = new Record<>(null, null, 5L, headers("own", 2_000));
    Record<byte[], byte[]> letter = DeadLetterCut.toFit(deletion, REASONS, 1_000);
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).isNull();
  }

  @Test
  void shouldAlwaysFitAndSayExactlyWhatIsMissing() {
    Random random = new Random(SEED);
    for (int round = 0; round < 2_000; round++) {
      String at = "seed %d, round %d".formatted(SEED, round);
      int limit = 400 + random.nextInt(3_000);
      Record<byte[], byte[]> died =
          died(random.nextInt(2_000), random.nextInt(2_000), random.nextInt(2_000));
      random.nextBytes(died.key());
      random.nextBytes(died.value());
      Record<byte[], byte[]> letter = DeadLetterCut.toFit(died, REASONS, limit);
      assertThat(RecordBytes.of(letter)).as(at).isLessThanOrEqualTo(limit);
      assertThat(Arrays.mismatch(letter.key(), died.key()))
          .as(at)
          .isEqualTo(cut(letter).contains("key") ? letter.key().length : -1);
      assertThat(Arrays.mismatch(letter.value(), died.value()))
          .as(at)
          .isEqualTo(cut(letter).contains("value") ? letter.value().length : -1);
      assertThat(letter.headers().lastHeader("own") == null)
          .as(at)
          .isEqualTo(cut(letter).contains("headers"));
    }
  }
}
