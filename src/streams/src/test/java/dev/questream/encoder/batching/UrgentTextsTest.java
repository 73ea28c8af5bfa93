package dev.questream.encoder.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The urgent lane: first, in order, and within its share. */
class UrgentTextsTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int ROUNDS = 300;
  private static final int MAX_TEXT = 64;
  private static final TokenBudget BUDGET = new TokenBudget(30, 300, 2);

  private final TextQueue queue = new TextQueue(0.5);

  private static WaitingText text(int number, int tokens, boolean urgent) {
    int[] ids = new int[tokens];
    ids[0] = number;
    WaitingText text = new WaitingText(new TokenKey(ids), 0);
    if (urgent) {
      text.hurry();
    }
    return text;
  }

  private static List<WaitingText> take(TextQueue queue) {
    return queue.take(BUDGET, Long.MAX_VALUE, text -> true);
  }

  private static List<Integer> numbers(List<WaitingText> texts) {
    return texts.stream().map(text -> text.ids()[0]).toList();
  }

  /** A stream of texts and urgent ones at random, watched from outside. */
  private static final class Round {
    final Random random;
    final double share;
    final TextQueue queue;
    final Map<Integer, String> sourceOf = new HashMap<>();
    final Map<String, List<Integer>> taken = new HashMap<>();
    final double slack;
    double debt; // urgent tokens beyond the share of this stretch
    double lowest; // of the debt, in this stretch
    double highest; // likewise
    int arrived;
    int urgentWaiting;
    int othersWaiting;

    Round(Random random) {
      this.random = random;
      this.share = 0.05 + 0.9 * random.nextDouble();
      this.queue = new TextQueue(share);
      double urgentBatch = Math.max(BUDGET.minTokens(), MAX_TEXT);
      double otherBatch = Math.max(urgentBatch, Math.ceil(urgentBatch * (1 - share) / share));
      this.slack = (1 - share) * urgentBatch + share * otherBatch + 1e-6;
    }

    void add(boolean urgent, int count) {
      for (int i = 0; i < count; i++) {
        String source = (urgent ? "u" : "s") + random.nextInt(3);
        sourceOf.put(arrived, source);
        queue.add(source, text(arrived++, 1 + random.nextInt(MAX_TEXT), urgent));
      }
      urgentWaiting += urgent ? count : 0;
      othersWaiting += urgent ? 0 : count;
    }

    /** Takes a batch; says whether it is urgent. */
    boolean take() {
      boolean both = urgentWaiting > 0 && othersWaiting > 0;
      List<WaitingText> batch = UrgentTextsTest.take(queue);
      boolean urgent = batch.get(0).isUrgent();
      assertThat(batch).allMatch(text -> text.isUrgent() == urgent, "of one lane");
      long tokens = batch.stream().mapToLong(WaitingText::tokens).sum();
      if (both && urgent && batch.size() > 1) {
        assertThat(tokens).as("quick").isLessThanOrEqualTo(BUDGET.minTokens());
      }
      urgentWaiting -= urgent ? batch.size() : 0;
      othersWaiting -= urgent ? 0 : batch.size();
      assertThat(queue.texts()).isEqualTo(urgentWaiting + othersWaiting);
      numbers(batch)
          .forEach(n -> taken.computeIfAbsent(sourceOf.get(n), s -> new ArrayList<>()).add(n));
      if (othersWaiting == 0) {
        newStretch();
      } else {
        debt += urgent ? (1 - share) * tokens : -share * tokens;
        lowest = Math.min(lowest, debt);
        highest = Math.max(highest, debt);
      }
      return urgent;
    }

    void newStretch() {
      debt = 0;
      lowest = 0;
      highest = 0;
    }
  }

  @Test
  void shouldNeverTakeMoreThanItsShareWhileOthersWaitAndLoseNothing() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      Round round = new Round(random);
      double urgency = random.nextDouble();
      for (int step = 0; step < 300; step++) {
        round.add(true, random.nextDouble() < urgency ? random.nextInt(12) : 0);
        round.add(false, random.nextInt(10));
        if (round.urgentWaiting + round.othersWaiting > 0) {
          round.take();
        }
        assertThat(round.debt - round.lowest)
            .as("seed %d, round %d, step %d, share %.2f", SEED, i, step, round.share)
            .isLessThanOrEqualTo(round.slack);
      }
      while (!round.queue.isEmpty()) {
        round.take();
      }
      round.taken.forEach((source, numbers) -> assertThat(numbers).as("seed " + SEED).isSorted());
      assertThat(round.taken.values().stream().flatMap(List::stream).sorted())
          .as("every text once, seed " + SEED)
          .containsExactlyElementsOf(round.sourceOf.keySet().stream().sorted().toList());
    }
  }

  @Test
  void shouldHaveItsShareWhileBothWait() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      Round round = new Round(random);
      round.add(true, 4_000);
      round.add(false, 4_000);
      while (round.urgentWaiting > 0 && round.othersWaiting > 0) {
        round.take();
        assertThat(round.highest - round.debt)
            .as("seed %d, round %d, share %.2f", SEED, i, round.share)
            .isLessThanOrEqualTo(round.slack + round.share * 300);
        round.highest = round.debt;
      }
    }
  }

  @Test
  void shouldGoBeforeABacklogEachTime() {
    for (int i = 0; i < 1_000; i++) {
      queue.add("stream", text(i, 20, false));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(take(queue)).noneMatch(WaitingText::isUrgent);
      queue.add("http", text(5_000 + i, 20, true));
      assertThat(numbers(take(queue))).as("a big batch has paid for it").containsExactly(5_000 + i);
    }
  }

  @Test
  void shouldSaveNothingUpWhileNothingUrgentWaits() {
    for (int i = 0; i < 1_000; i++) {
      queue.add("stream", text(i, 20, false));
    }
    for (int i = 0; i < 20; i++) {
      take(queue);
    }
    for (int i = 0; i < 100; i++) {
      queue.add("http", text(5_000 + i, 30, true));
    }
    long urgent = 0;
    long others = 0;
    for (int i = 0; i < 40; i++) {
      List<WaitingText> batch = take(queue);
      long tokens = batch.stream().mapToLong(WaitingText::tokens).sum();
      urgent += batch.get(0).isUrgent() ? tokens : 0;
      others += batch.get(0).isUrgent() ? 0 : tokens;
    }
    assertThat((double) urgent / (urgent + others)).isCloseTo(0.5, within(0.1));
  }

  @Test
  void shouldHurryATextThatWaitsForTheStream() {
    for (int i = 0; i < 10; i++) {
      queue.add("stream", text(i, 30, false));
    }
    WaitingText shared = text(77, 30, false);
    queue.add("stream", shared);
    queue.add("stream", text(78, 30, false));
    queue.hurry("http", shared);
    queue.hurry("http", shared);
    assertThat(queue.texts()).isEqualTo(12);
    assertThat(queue.tokens()).isEqualTo(360);
    assertThat(numbers(take(queue))).containsExactly(77);
    List<Integer> rest = new ArrayList<>();
    while (!queue.isEmpty()) {
      rest.addAll(numbers(take(queue)));
    }
    assertThat(rest).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 78);
  }

  @Test
  void shouldLeaveATextWhereItIsOnceAWorkerHasIt() {
    WaitingText shared = text(1, 30, false);
    queue.add("stream", shared);
    assertThat(numbers(take(queue))).containsExactly(1);
    queue.hurry("http", shared);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(shared.isUrgent()).as("for a retry").isTrue();
  }
}
