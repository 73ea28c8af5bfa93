package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.serde.FloatVector;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WrongVectorTest {
  private final Scene scene = new Scene();

  static Stream<Arguments> wrongFields() {
    return Stream.of(
        Arguments.of("id", "q1"),
        Arguments.of("text", "text 1"),
        Arguments.of("metadata", Map.of()),
        Arguments.of("asked_at_ms", 7L),
        Arguments.of("dimensions", 2),
        Arguments.of("source_topic", "other"),
        Arguments.of("source_partition", 5),
        Arguments.of("source_offset", 5L));
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void shouldFindAFieldThatIsNotTheQuestions(String field, Object value) {
    int number = scene.question(0);
    scene.answer(scene.embedded(number, Map.of(field, value)));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
    assertThat(scene.wrongVector.violations().examples().get(0).what())
        .contains(field)
        .contains("questions-0 offset 0");
  }

  @Test
  void shouldFindTheVectorOfAnotherText() {
    int number = scene.question(0);
    float[] other = {"text 1".hashCode() % 1000};
    scene.answer(scene.embedded(number, Map.of("embedding", new FloatVector(other))));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
    assertThat(scene.wrongVector.violations().examples().get(0).what())
        .contains("has not the vector")
        .contains("'text 0'");
  }

  @Test
  void shouldFindAKeyOrTimestampThatIsNotTheQuestions() {
    int number = scene.question(0);
    Consumed.Embedded right = scene.embedded(number, Map.of());
    scene.answer(
        new Consumed.Embedded(
            number, right.place(), 0, "q9", right.timestampMs() + 1, right.value()));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 2L));
  }

  @Test
  void shouldFindAnEmbeddingInThePlaceOfATombstoneAndTheOtherWayRound() {
    int number = scene.question(0);
    int tombstone = scene.tombstone(number);
    scene.answer(number);
    scene.answer(scene.embedded(tombstone, Map.of()));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
    int other = scene.question(0);
    scene.answer(new Consumed.Deleted(other, scene.place("embeddings"), 0, "q" + other));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 2L));
  }

  @Test
  void shouldFindATombstoneOfAnotherId() {
    int number = scene.question(0);
    int tombstone = scene.tombstone(number);
    scene.answer(number);
    scene.answer(new Consumed.Deleted(tombstone, scene.place("embeddings"), 0, "q7"));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
  }

  @Test
  void shouldFindAnAnswerToWhatHasToBeSkipped() {
    int number = scene.question(0);
    scene.answer(number);
    int unchanged = scene.unchanged(number);
    assertThat(scene.found()).isEmpty();
    scene.answer(scene.embedded(unchanged, Map.of()));
    assertThat(scene.found()).isEqualTo(Map.of("wrong vector", 1L));
  }
}
