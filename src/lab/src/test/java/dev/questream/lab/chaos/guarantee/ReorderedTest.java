package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReorderedTest {
  private final Scene scene = new Scene();

  @Test
  void shouldFindTwoAnswersOfAPartitionInTheWrongOrder() {
    int first = scene.question(1);
    int second = scene.question(1);
    scene.answer(second);
    scene.answer(first);
    assertThat(scene.found()).isEqualTo(Map.of("reordered", 1L));
    assertThat(scene.reordered.violations().examples().get(0).what())
        .isEqualTo(
            "number 0 (questions-1 offset 0) comes behind number 1 (questions-1 offset 1), in"
                + " embeddings-0 offset 1");
  }

  @Test
  void shouldNotCompareAcrossPartitions() {
    int first = scene.question(1);
    int other = scene.question(2);
    scene.answer(other);
    scene.answer(first);
    assertThat(scene.found()).isEmpty();
  }

  @Test
  void shouldNotCompareWithDeadLetters() {
    int question = scene.question(0);
    int poison = scene.poison(0, "unreadable");
    scene.answer(poison);
    scene.answer(question);
    assertThat(scene.found()).isEmpty();
  }

  @Test
  void shouldFindATombstoneBeforeTheEmbeddingThatItDeletes() {
    int question = scene.question(0);
    int tombstone = scene.tombstone(question);
    scene.answer(tombstone);
    scene.answer(question);
    assertThat(scene.found()).isEqualTo(Map.of("reordered", 2L));
    assertThat(scene.reordered.violations().examples().get(0).what())
        .contains("tombstone number 1 (questions-0 offset 1)")
        .contains("before the embedding of number 0");
  }

  @Test
  void shouldFindATombstoneThatOvertakesAnotherQuestion() {
    int target = scene.question(0);
    int between = scene.question(0);
    int tombstone = scene.tombstone(target);
    scene.answer(target);
    scene.answer(tombstone);
    scene.answer(between);
    assertThat(scene.found()).isEqualTo(Map.of("reordered", 1L));
  }

  @Test
  void shouldJudgeFirstAnswersOnly() {
    int first = scene.question(0);
    int second = scene.question(0);
    scene.answer(first);
    scene.answer(second);
    scene.answer(first); // as after a crash under at_least_once
    scene.answer(second);
    assertThat(scene.found()).isEqualTo(Map.of("duplicated", 2L));
  }
}
