package dev.questream.app.deadletter;

import static dev.questream.app.deadletter.Letters.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterFilterTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final DeadLetter LETTER =
      Letters.letter(
          null, null, NOW.toEpochMilli(), headers("questream.error.reason", "unreadable"));

  private static DeadLetterFilter filter(
      Set<String> reasons, Instant since, Set<DeadLetterPosition> places) {
    return new DeadLetterFilter(reasons, since, places);
  }

  @Test
  void shouldExcludeNothingByItself() {
    assertThat(DeadLetterFilter.ALL.matches(LETTER)).isTrue();
    assertThat(DeadLetterFilter.ALL.matches(Letters.letter(null, null, -1, headers()))).isTrue();
  }

  @Test
  void shouldWantAllThreeToFit() {
    Set<String> fits = Set.of("unreadable", "too-large");
    Set<DeadLetterPosition> here = Set.of(new DeadLetterPosition(0, 17));
    assertThat(filter(fits, NOW, here).matches(LETTER)).isTrue();
    assertThat(filter(Set.of("too-large"), NOW, here).matches(LETTER)).isFalse();
    assertThat(filter(fits, NOW.plusMillis(1), here).matches(LETTER)).isFalse();
    assertThat(filter(fits, NOW, Set.of(new DeadLetterPosition(1, 17))).matches(LETTER)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-22,2026-11-22T00:00:00Z",
    "2026-11-22T08:30:00Z,2026-11-22T08:30:00Z",
    "2026-11-22T08:30:00+02:00,2026-11-22T06:30:00Z",
    "90s,2026-11-23T09:58:30Z",
    "15m,2026-11-23T09:45:00Z",
    "2h,2026-11-23T08:00:00Z",
    "7d,2026-11-16T10:00:00Z",
    "PT1H30M,2026-11-23T08:30:00Z",
  })
  void shouldReadTimesAndAges(String text, Instant expected) {
    assertThat(DeadLetterFilter.since(text, NOW)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "yesterday", "2026-13-01", "2026-11-22T08:30:00", "2w", "-2h", "P", "1h30m"})
  void shouldRefuseWhatIsNoTime(String text) {
    assertThatThrownBy(() -> DeadLetterFilter.since(text, NOW))
        .isInstanceOfSatisfying(
            FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("--since takes a time")
        .hasMessageEndingWith("it is " + text);
  }

  @Test
  void shouldRefuseAReasonThatDoesNotExist() {
    assertThat(DeadLetterFilter.reasons(List.of("text-too-long", "unreadable")))
        .containsExactlyInAnyOrder("text-too-long", "unreadable");
    assertThatThrownBy(() -> DeadLetterFilter.reasons(List.of("unreadable", "to-long")))
        .isInstanceOfSatisfying(
            FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("there is no reason to-long")
        .hasMessageContaining("text-too-long");
  }
}
