package dev.questream.app.deadletter;

import static dev.questream.app.deadletter.Letters.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterTest {
  private static DeadLetter letter(Headers headers) {
    return Letters.letter(new byte[] {1}, new byte[] {2}, 5, headers);
  }

  @Test
  void shouldTakeTheLastOfSeveralHeaders() {
    DeadLetter letter =
        letter(
            headers(
                "questream.error.reason",
                "old",
                "questream.source.topic",
                "old",
                "questream.error.reason",
                "new",
                "questream.source.topic",
                "new",
                "questream.source.partition",
                "3",
                "questream.source.offset",
                "42",
                "questream.replay.count",
                "1",
                "questream.replay.count",
                "2"));
    assertThat(letter.reason()).isEqualTo("new");
    assertThat(letter.source()).contains(new DeadLetter.Source("new", 3, 42));
    assertThat(letter.replays()).isEqualTo(2);
    assertThat(letter.place()).hasToString("0:17");
  }

  @ParameterizedTest
  @CsvSource({"'',3,4", "t,,4", "t,3,", "t,-1,4", "t,3,-4", "t,x,4", "t,3,1e3", "t,9999999999,4"})
  void shouldHaveNoSourceWithoutAllThreeHeaders(String topic, String partition, String offset) {
    Headers headers = headers("questream.source.topic", topic);
    if (partition != null) {
      headers.add("questream.source.partition", partition.getBytes());
    }
    if (offset != null) {
      headers.add("questream.source.offset", offset.getBytes());
    }
    assertThat(letter(headers).source()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "many", "-3", "1.5"})
  void shouldCountNoReplaysFromNonsense(String count) {
    assertThat(letter(headers("questream.replay.count", count)).replays()).isZero();
  }

  @Test
  void shouldTakeHeadersWithoutAValue() {
    Headers headers = headers();
    headers.add("questream.error.reason", null);
    assertThat(letter(headers).reason()).isEmpty();
  }

  @Test
  void shouldReadPlaces() {
    assertThat(DeadLetterPosition.parse("3:1234567890123")).isEqualTo(place(3, 1234567890123L));
    assertThat(DeadLetterPosition.parse(" 0:0 ")).isEqualTo(place(0, 0));
  }

  private static DeadLetterPosition place(int partition, long offset) {
    return new DeadLetterPosition(partition, offset);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "17", "0:", ":1", "-1:2", "0:-2", "a:b", "0:1:2", "0@1", "9999999999:1"})
  void shouldRefuseWhatIsNoPlace(String text) {
    assertThatThrownBy(() -> DeadLetterPosition.parse(text))
        .isInstanceOfSatisfying(
            FatalException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("PARTITION:OFFSET")
        .hasMessageEndingWith(text);
  }
}
