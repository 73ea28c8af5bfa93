package dev.questream.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which texts have nothing to encode. */
class EncoderInputTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\t\r\n",
        "\0",
        "\u007f",
        "\u0085",
        "\u00a0",
        "\u00ad",
        "\u2007",
        "\u200b",
        "\u200d",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u202f",
        "\u2060",
        "\u3000",
        "\ufeff",
        " \u200b\u00a0 ",
        "\ud834\udd73",
        "\udb40\udc20"
      })
  void shouldTakeWhatCannotBeSeenAsBlank(String text) {
    assertThat(EncoderInput.question(text).isBlank()).isTrue();
    assertThat(EncoderInput.passage("a title", text).isBlank()).isTrue();
    assertThat(EncoderInput.question(text + "?" + text).isBlank()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "?", "\u0301", "\ud83e\udd14", "\ud83d", "\ufffd", "\u4ec0"})
  void shouldTakeWhateverCanBeSeenAsText(String text) {
    assertThat(EncoderInput.question(text).isBlank()).isFalse();
  }
}
