package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.RecordPosition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LostTest {
  private static final Expected UNCHANGED =
      new Expected.Unchanged(new Expected.Embedding("q", "text", Map.of(), 0, 0));

  private final Positions positions = new Positions();
  private final Lost lost = new Lost(positions, number -> number == 9 ? UNCHANGED : null);

  private void produce(int number) {
    Produced produced = new Produced(number, 2, 100 + number);
    positions.put(produced);
    lost.onProduced(produced);
  }

  private void answer(int number) {
    lost.onConsumed(new Consumed.Deleted(number, new RecordPosition("embeddings", 0, 0), 0, "id"));
  }

  @Test
  void shouldCountWhatIsPending() {
    produce(0);
    produce(1);
    assertThat(lost.pending()).isEqualTo(2);
    answer(1);
    answer(1);
    assertThat(lost.pending()).isEqualTo(1);
    assertThat(lost.violations().examples())
        .containsExactly(new Violation("number 0 (questions-2 offset 100) has no answer"));
  }

  @Test
  void shouldNotMissWhatIsSkipped() {
    produce(9);
    assertThat(lost.pending()).isZero();
    assertThat(lost.skipped()).isEqualTo(1);
    assertThat(lost.violations().count()).isZero();
  }

  @Test
  void shouldNotMissWhatWasNeverTaken() {
    answer(5);
    assertThat(lost.pending()).isZero();
    assertThat(lost.violations().count()).isZero();
    produce(5); // known late
    assertThat(lost.pending()).isZero();
  }

  @Test
  void shouldHoldHalfAMillionInLittleMemory() {
    for (int n = 0; n < 500_000; n++) {
      produce(n);
      if (n != 123_456) {
        answer(n);
      }
    }
    assertThat(lost.pending()).isEqualTo(1);
    assertThat(lost.violations().examples().get(0).what()).contains("number 123456");
    assertThat(positions.offset(499_999)).isEqualTo(500_099);
  }
}
