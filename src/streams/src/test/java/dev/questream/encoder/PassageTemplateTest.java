package dev.questream.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassageTemplateTest {
  @ParameterizedTest
  @CsvSource({
    "{title} {text}, A title its text",
    "title: {title} | text: {text}, title: A title | text: its text",
    "{text}, its text",
    "{text} {title}, its text A title",
  })
  void shouldFillItsPlaces(String template, String expected) {
    assertThat(new PassageTemplate(template).fill("A title", "its text")).isEqualTo(expected);
  }

  @Test
  void shouldTakePlacesInTitleAndTextForText() {
    assertThat(new PassageTemplate("{title} {text}").fill("{text}", "{title}"))
        .isEqualTo("{text} {title}");
  }

  @Test
  void shouldBeThatOfTheKindOfModel() {
    assertThat(PassageTemplate.of(EncoderRole.PASSAGE).isPair()).isTrue();
    assertThat(PassageTemplate.of(EncoderRole.UNIVERSAL).label()).isEqualTo("{title} {text}");
  }
}
