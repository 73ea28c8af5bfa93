package dev.questream.lab.distil;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartsTest {
  private static final int[] TOKENS = {3, 4, 5, 20, 1, 1};

  private static List<List<Integer>> parts(Parts parts, int candidates) {
    List<Integer> batch = IntStream.range(0, TOKENS.length).boxed().toList();
    return parts.of(batch, question -> TOKENS[question], question -> candidates);
  }

  @Test
  void shouldBoundTheTokensOfAPart() {
    assertThat(parts(new Parts(9, 100), 1))
        .containsExactly(List.of(0, 1), List.of(2), List.of(3), List.of(4, 5));
  }

  @Test
  void shouldBoundTheCandidatesOfAPart() {
    assertThat(parts(new Parts(100, 5), 2)).allMatch(part -> part.size() == 2).hasSize(3);
  }

  @Test
  void shouldLeaveASmallBatchWhole() {
    assertThat(parts(Parts.DEFAULT, 32)).hasSize(1);
  }

  @Test
  void shouldBoundAnyBatch() {
    List<Integer> batch = IntStream.range(0, 100_000).boxed().toList();
    List<List<Integer>> parts = Parts.DEFAULT.of(batch, question -> 20, question -> 32);
    assertThat(parts).allMatch(part -> part.size() * 20 <= 4096 && part.size() * 32 <= 8192);
    assertThat(parts.stream().flatMap(List::stream)).containsExactlyElementsOf(batch);
  }
}
