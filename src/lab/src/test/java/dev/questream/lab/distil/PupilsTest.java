package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.retrieval.QuestionAnswers;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PupilsTest {
  private static final Pupils PUPILS =
      new Pupils(
          Collections.nCopies(600, new QuestionAnswers("who?", List.of("she"))),
          IntStream.range(0, 600).mapToObj(i -> new int[] {i}).toList());

  /** What is encoded in one batch stays in one: other batches round differently. */
  @Test
  void shouldTakeWholeBatches() {
    assertThat(PUPILS.from(0, 599).size()).isEqualTo(512);
    assertThat(PUPILS.from(512, 599).size()).isEqualTo(88);
    assertThat(PUPILS.from(256, 1).size()).isEqualTo(256);
    assertThat(PUPILS.from(256, 1).ids().get(0)).containsExactly(256);
    assertThat(PUPILS.from(0, 600).size()).isEqualTo(512);
  }
}
