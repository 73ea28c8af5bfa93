package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.processor.DeadLetterReason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkReportTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final WorkReport report = new WorkReport();

  @AfterEach
  void close() {
    report.close();
  }

  private Optional<String> line(double lag) {
    return report.line(MINUTE, lag);
  }

  @Test
  void shouldBeSilentWithoutWork() {
    assertThat(line(0)).isEmpty();
    assertThat(line(Double.NaN)).isEmpty();
  }

  @Test
  void shouldSayWhatWasDone() {
    for (int i = 0; i < 1_200; i++) {
      report.embedded(i < 1_100 ? 20 : 90, i == 0);
    }
    report.deleted();
    report.deadLetter(DeadLetterReason.EMPTY_TEXT);
    report.deadLetter(DeadLetterReason.EMPTY_TEXT);
    report.deadLetter(DeadLetterReason.TOO_LARGE);
    report.pending(12);
    assertThat(line(3_400))
        .contains(
            "Last minute: 1,200 embedded (20.0/s, p50 20 ms, p99 90 ms), 1 cut, 1 deleted,"
                + " 3 dead letters (empty-text 2, too-large 1), 12 pending, 3,400 not read yet");
  }

  @Test
  void shouldCountEachMinuteAnew() {
    report.embedded(5, false);
    assertThat(line(0)).isPresent();
    assertThat(line(0)).isEmpty();
  }

  @Test
  void shouldSayThatNothingMoves() {
    report.pending(7);
    assertThat(line(0)).contains("Last minute: nothing answered, 7 pending");
  }
}
