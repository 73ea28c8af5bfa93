package dev.questream.lab.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateScheduleTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void shouldSpaceQuestionsEvenly() {
    RateSchedule schedule = new RateSchedule(1_000, 4);
    assertThat(schedule.dueNanos(0)).isEqualTo(1_000);
    assertThat(schedule.dueNanos(1)).isEqualTo(1_000 + SECOND / 4);
    assertThat(schedule.dueNanos(8)).isEqualTo(1_000 + 2 * SECOND);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 1, 3, 7, 333.3, 1_000, 29_999, 1_234_567})
  void shouldCountExactlyTheQuestionsThatAreDueInTime(double rate) {
    RateSchedule schedule = new RateSchedule(-5 * SECOND, rate);
    long length = 9_876_543_210L; // no whole number of questions
    long count = schedule.count(length);
    assertThat(schedule.dueNanos(count - 1)).isLessThan(schedule.startNanos() + length);
    assertThat(schedule.dueNanos(count)).isGreaterThanOrEqualTo(schedule.startNanos() + length);
  }

  @Test
  void shouldNotDriftOverAnHour() {
    double rate = 1234.5;
    RateSchedule schedule = new RateSchedule(0, rate);
    long place = (long) (3600 * rate);
    assertThat(schedule.dueNanos(place) / (double) SECOND).isBetween(3599.999, 3600.001);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseWhatIsNoRate(double rate) {
    assertThatThrownBy(() -> new RateSchedule(0, rate))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("over 0");
  }
}
