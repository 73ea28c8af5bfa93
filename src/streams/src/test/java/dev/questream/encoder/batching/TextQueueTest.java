package dev.questream.encoder.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class TextQueueTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 1_000;

  private final Random random = new Random(SEED);
  private final TextQueue queue = new TextQueue(0.5);

  /** A text of so many tokens, of which the first is its number. */
  private static WaitingText text(int number, int tokens) {
    int[] ids = new int[tokens];
    ids[0] = number;
    return new WaitingText(new TokenKey(ids), 0);
  }

  private static List<Integer> numbers(List<WaitingText> texts) {
    return texts.stream().map(text -> text.ids()[0]).toList();
  }

  /** A batch of at most so many tokens. */
  private static List<WaitingText> take(
      TextQueue queue, int budget, Predicate<WaitingText> wanted) {
    return queue.take(new TokenBudget(budget, budget, 1), Long.MAX_VALUE, wanted);
  }

  private static long tokens(List<WaitingText> texts) {
    return texts.stream().mapToLong(WaitingText::tokens).sum();
  }

  @Test
  void shouldTakeEveryTextOnceInTheOrderOfItsSourceAndKeepTheBudget() {
    for (int round = 0; round < ROUNDS; round++) {
      TextQueue waiting = new TextQueue(0.5);
      Map<Integer, Integer> sourceOf = new HashMap<>();
      Map<Integer, List<Integer>> taken = new HashMap<>();
      int sources = 1 + random.nextInt(5);
      int count = random.nextInt(200);
      int arrived = 0;
      int answered = 0;
      while (answered < count) {
        for (int i = random.nextInt(30); i > 0 && arrived < count; i--) {
          int source = random.nextInt(sources);
          sourceOf.put(arrived, source);
          waiting.add("s" + source, text(arrived++, 1 + random.nextInt(64)));
        }
        int budget = 1 + random.nextInt(300);
        int before = waiting.texts();
        long tokensBefore = waiting.tokens();
        List<WaitingText> batch = take(waiting, budget, text -> true);
        String where = "seed %d, round %d".formatted(SEED, round);
        assertThat(batch.isEmpty()).as(where).isEqualTo(before == 0);
        assertThat(tokens(batch) <= budget || batch.size() == 1).as(where).isTrue();
        assertThat(waiting.texts()).as(where).isEqualTo(before - batch.size());
        assertThat(waiting.tokens()).as(where).isEqualTo(tokensBefore - tokens(batch));
        numbers(batch)
            .forEach(n -> taken.computeIfAbsent(sourceOf.get(n), s -> new ArrayList<>()).add(n));
        answered += batch.size();
      }
      assertThat(waiting.isEmpty()).isTrue();
      for (int source = 0; source < sources; source++) {
        int its = source;
        assertThat(taken.getOrDefault(source, List.of()))
            .as("seed %d, round %d, source %d", SEED, round, source)
            .isEqualTo(
                sourceOf.keySet().stream().filter(n -> sourceOf.get(n) == its).sorted().toList());
      }
    }
  }

  @Test
  void shouldLetSourcesTakeTurns() {
    for (int i = 0; i < 1000; i++) {
      queue.add("flood", text(i, 10));
    }
    queue.add("trickle", text(5000, 10));
    queue.add("other", text(6000, 10));
    assertThat(numbers(take(queue, 50, text -> true))).containsExactly(0, 5000, 6000, 1, 2);
    queue.add("trickle", text(5001, 10));
    assertThat(numbers(take(queue, 30, text -> true))).containsExactly(3, 5001, 4);
  }

  @Test
  void shouldTakeATextThatAloneExceedsTheBudget() {
    queue.add("a", text(1, 500));
    queue.add("a", text(2, 5));
    assertThat(numbers(take(queue, 20, text -> true))).containsExactly(1);
    assertThat(numbers(take(queue, 20, text -> true))).containsExactly(2);
  }

  @Test
  void shouldDropWhatIsNotWanted() {
    for (int i = 0; i < 6; i++) {
      queue.add("a", text(i, 10));
    }
    assertThat(numbers(take(queue, 20, text -> text.ids()[0] % 2 == 1))).containsExactly(1, 3);
    assertThat(numbers(take(queue, 20, text -> false))).isEmpty();
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.tokens()).isZero();
  }

  @Test
  void shouldGiveRetriesWhenTheirTimeHasComeAndInOrder() {
    Batch first = Batch.of(List.of(text(1, 10)));
    Batch second = Batch.of(List.of(text(2, 10)));
    Batch late = Batch.of(List.of(text(3, 10)));
    queue.retry(late, 1_000);
    queue.retry(first, 5);
    queue.retry(second, 5);
    assertThat(queue.takeRetry(4)).isNull();
    assertThat(queue.delayNanos(4)).isEqualTo(1);
    assertThat(queue.takeRetry(5)).isSameAs(first);
    assertThat(queue.takeRetry(5)).isSameAs(second);
    assertThat(queue.takeRetry(999)).isNull();
    assertThat(queue.delayNanos(999)).isEqualTo(1);
    queue.add("a", text(4, 10));
    assertThat(queue.delayNanos(999)).isZero();
    assertThat(numbers(new ArrayList<>(queue.clear()))).containsExactlyInAnyOrder(3, 4);
    assertThat(queue.delayNanos(0)).isEqualTo(-1);
  }
}
