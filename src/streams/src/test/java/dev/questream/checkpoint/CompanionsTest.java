package dev.questream.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompanionsTest {

  @ParameterizedTest
  @CsvSource({
    "facebook/dpr-question_encoder-single-nq-base, facebook/dpr-ctx_encoder-single-nq-base",
    "soheeyang/rdr-question_encoder-single-nq-base, soheeyang/rdr-ctx_encoder-single-nq-base",
    "soheeyang/rdr-question_encoder-single-trivia-base,"
        + " soheeyang/rdr-ctx_encoder-single-trivia-base",
    "deepset/gbert-base-germandpr-question_encoder, deepset/gbert-base-germandpr-ctx_encoder"
  })
  void shouldNameEachByTheOther(String question, String passage) {
    assertThat(Companions.of(question)).contains(passage);
    assertThat(Companions.of(passage)).contains(question);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bge-small-en-v1.5", "other/model", ""})
  void shouldKnowNoneOfAnotherName(String model) {
    assertThat(Companions.of(model)).isEmpty();
  }
}
