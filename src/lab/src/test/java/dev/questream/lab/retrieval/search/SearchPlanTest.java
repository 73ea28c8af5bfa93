package dev.questream.lab.retrieval.search;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchPlanTest {
  private static final int DIMENSIONS = 768;
  private static final int TOP_K = 32;

  /** So many questions at a time always have a plan, with the largest blocks that fit. */
  @ParameterizedTest
  @ValueSource(longs = {12 << 20, 128 << 20, 1 << 30})
  void shouldPlanForAsManyQuestionsAsItSays(long memory) {
    int questions = SearchPlan.questions(memory, DIMENSIONS, TOP_K, 2);
    SearchPlan plan = SearchPlan.of(memory, questions, DIMENSIONS, TOP_K, 2);
    assertThat(plan.bytes()).isLessThanOrEqualTo(memory);
    assertThat(plan.blockPassages()).isGreaterThanOrEqualTo(64);
    assertThat(questions).isGreaterThan((int) (memory / (1 << 15)));
  }
}
