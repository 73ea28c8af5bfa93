package dev.questream.lab.chaos.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.RecordPosition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeadLetteredTest {
  private final Scene scene = new Scene();

  @Test
  void shouldFindASoundQuestionAmongTheDeadLetters() {
    int number = scene.question(0);
    scene.answer(scene.letter(number, "inference-failed", Scene.bytes("raw")));
    assertThat(scene.found()).isEqualTo(Map.of("dead-lettered", 1L));
    assertThat(scene.deadLettered.violations().examples().get(0).what())
        .contains("which is sound")
        .contains("inference-failed");
  }

  @Test
  void shouldFindAWrongReason() {
    int number = scene.poison(0, "unreadable");
    scene.answer(scene.letter(number, "empty-text", Scene.bytes("raw")));
    assertThat(scene.found()).isEqualTo(Map.of("dead-lettered", 1L));
  }

  @Test
  void shouldFindAValueThatIsNotTheOriginal() {
    int number = scene.poison(0, "unreadable");
    scene.answer(scene.letter(number, "unreadable", Scene.bytes("row")));
    assertThat(scene.found()).isEqualTo(Map.of("dead-lettered", 1L));
  }

  @Test
  void shouldFindAWrongSource() {
    int number = scene.poison(0, "unreadable");
    Consumed.DeadLetter right = scene.letter(number, "unreadable", Scene.bytes("raw"));
    RecordPosition elsewhere = new RecordPosition("questions", 0, 9);
    scene.answer(
        new Consumed.DeadLetter(
            number, right.place(), 0, "unreadable", elsewhere, right.key(), right.value(), 77));
    assertThat(scene.found()).isEqualTo(Map.of("dead-lettered", 1L));
  }

  @Test
  void shouldFindAnEmbeddingOfWhatMustBeADeadLetter() {
    int number = scene.poison(0, "unreadable");
    scene.answer(scene.embedded(number, Map.of()));
    assertThat(scene.found()).isEqualTo(Map.of("dead-lettered", 1L, "wrong vector", 1L));
  }

  @Test
  void shouldFindADeadLetterThatIsThereTwice() {
    int number = scene.poison(0, "unreadable");
    scene.answer(number);
    scene.answer(number);
    assertThat(scene.found()).isEqualTo(Map.of("duplicated", 1L));
  }
}
