package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.RecordPosition;
import org.junit.jupiter.api.Test;

class DuplicatedTest {
  private static final long FIRST_MS = 1_000_000;

  private final Positions positions = new Positions();
  private final Crashes crashes = new Crashes();
  private final Duplicated lenient = Duplicated.unlessCrashed(positions, crashes);

  private static Consumed.Deleted answer(int number, long atMs) {
    return new Consumed.Deleted(number, new RecordPosition("embeddings", 0, 0), atMs, "id");
  }

  @Test
  void shouldAllowASecondAnswerAfterACrashUnderAtLeastOnceAndCountIt() {
    lenient.onConsumed(answer(3, FIRST_MS));
    crashes.add(FIRST_MS + 100);
    lenient.onConsumed(answer(3, FIRST_MS + 2000));
    assertThat(lenient.violations().count()).isZero();
    assertThat(lenient.repeated()).isEqualTo(1);
  }

  @Test
  void shouldFindASecondAnswerWithoutACrashUnderAtLeastOnce() {
    lenient.onConsumed(answer(3, FIRST_MS));
    lenient.onConsumed(answer(3, FIRST_MS + 2000));
    assertThat(lenient.violations().count()).isEqualTo(1);
    assertThat(lenient.violations().examples().get(0).what()).contains("number 3");
  }

  @Test
  void shouldNotExcuseASecondAnswerByACrashLongBeforeTheFirst() {
    crashes.add(FIRST_MS - Duplicated.TOLERANCE_MS - 1);
    lenient.onConsumed(answer(3, FIRST_MS));
    lenient.onConsumed(answer(3, FIRST_MS + 2000));
    assertThat(lenient.violations().count()).isEqualTo(1);
  }

  @Test
  void shouldNotExcuseASecondAnswerByALaterCrash() {
    lenient.onConsumed(answer(3, FIRST_MS));
    crashes.add(FIRST_MS + 3000);
    lenient.onConsumed(answer(3, FIRST_MS + 2000));
    assertThat(lenient.violations().count()).isEqualTo(1);
  }

  @Test
  void shouldNeverAllowASecondAnswerUnderExactlyOnce() {
    Duplicated strict = Duplicated.never(positions);
    strict.onConsumed(answer(0, FIRST_MS));
    strict.onConsumed(answer(0, FIRST_MS));
    strict.onConsumed(answer(0, FIRST_MS));
    assertThat(strict.violations().count()).isEqualTo(2);
    assertThat(strict.repeated()).isEqualTo(2);
  }
}
