package dev.questream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.PendingQuestion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** Nothing is lost, doubled or moved, however often tasks close and open again. */
class PendingQuestionsTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int DIMENSIONS = 4;
  private static final int ROUNDS = 20;
  private static final int STEPS = 300;

  private final Random random = new Random(SEED);

  /** A task, and what must be pending in it. */
  private final class Task {
    final KeyValueStore<Long, PendingQuestion> store = PendingStore.open();
    final PendingBudget budget;
    final Deque<InFlight> expected = new ArrayDeque<>();
    final Map<String, Long> offsets = new HashMap<>();
    PendingQuestions pending;
    SourcePosition latest;

    Task(PendingBudget budget) {
      this.budget = budget;
      pending = new PendingQuestions(store, budget, DIMENSIONS);
    }

    /** The next record of one of two topics, or one more question of the same record. */
    void add(String at) {
      if (latest != null && random.nextInt(4) == 0) {
        latest =
            new SourcePosition(
                latest.topic(), latest.partition(), latest.offset(), latest.sibling() + 1);
      } else {
        String topic = random.nextInt(3) == 0 ? "a" : "b";
        long offset = offsets.merge(topic, 1L + random.nextInt(3), Long::sum);
        latest = new SourcePosition(topic, 3, offset, 0);
      }
      byte[] text = "x".repeat(random.nextInt(50)).getBytes(UTF_8);
      Record<byte[], byte[]> record = new Record<>(text, text, 5, new RecordHeaders());
      PendingQuestion content = PendingRecords.of(record, latest);
      assertThat(pending.isRestored(latest, content)).as(at).isFalse();
      InFlight question = new InFlight(latest, content, null, false);
      pending.add(question);
      expected.addLast(question);
    }

    void answerHead() {
      if (!expected.isEmpty()) {
        pending.removeHead();
        expected.removeFirst();
      }
    }

    /** Another process opens the task; it may read again what is pending. */
    void reopen(String at) {
      pending.close();
      pending = new PendingQuestions(store, budget, DIMENSIONS);
      List<InFlight> restored = new ArrayList<>();
      pending.restore(
          (position, content) -> new InFlight(position, content, null, true), restored::add);
      assertThat(restored)
          .as(at)
          .extracting(InFlight::position)
          .containsExactlyElementsOf(expected.stream().map(InFlight::position).toList());
      assertThat(restored)
          .as(at)
          .extracting(each -> each.pending().getValue())
          .containsExactlyElementsOf(
              expected.stream().map(each -> each.pending().getValue()).toList());
      expected.clear();
      expected.addAll(restored);
    }

    void check(String at) {
      assertThat(pending.size()).as(at).isEqualTo(expected.size());
      assertThat(pending.head()).as(at).isSameAs(expected.peekFirst());
      assertThat(PendingStore.size(store)).as(at).isEqualTo(expected.size());
    }

    long cost() {
      return expected.stream()
          .mapToLong(each -> PendingBudget.cost(PendingRecords.bytes(each.pending()), DIMENSIONS))
          .sum();
    }
  }

  @Test
  void shouldKeepWhatIsPendingInItsOrder() {
    for (int round = 0; round < ROUNDS; round++) {
      PendingBudget budget = new PendingBudget(1 << 20);
      List<Task> tasks = List.of(new Task(budget), new Task(budget));
      for (int step = 0; step < STEPS; step++) {
        String at = "seed %d, round %d, step %d".formatted(SEED, round, step);
        Task task = tasks.get(random.nextInt(tasks.size()));
        switch (random.nextInt(8)) {
          case 0 -> task.reopen(at);
          case 1, 2, 3 -> task.answerHead();
          default -> task.add(at);
        }
        task.check(at);
        assertThat(budget.bytes()).as(at).isEqualTo(tasks.stream().mapToLong(Task::cost).sum());
      }
      tasks.forEach(task -> task.pending.close());
      assertThat(budget.bytes()).as("seed %d, round %d", SEED, round).isZero();
    }
  }

  /** At least once: after a crash the store may be ahead of the committed offset. */
  @Test
  void shouldRecognizeEveryPendingRecordThatIsReadAgain() {
    for (int round = 0; round < ROUNDS; round++) {
      KeyValueStore<Long, PendingQuestion> store = PendingStore.open();
      PendingQuestions first = new PendingQuestions(store, new PendingBudget(1), DIMENSIONS);
      List<InFlight> read = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        SourcePosition position = new SourcePosition("questions", 3, i, 0);
        byte[] text = "same text".getBytes(UTF_8);
        Record<byte[], byte[]> record = new Record<>(null, text, 5, new RecordHeaders());
        read.add(new InFlight(position, PendingRecords.of(record, position), null, false));
        first.add(read.get(i));
      }
      int answered = random.nextInt(30);
      for (int i = 0; i < answered; i++) {
        first.removeHead();
      }
      PendingQuestions second = new PendingQuestions(store, new PendingBudget(1), DIMENSIONS);
      second.restore(
          (position, content) -> new InFlight(position, content, null, true), ignored -> {});
      for (InFlight again : read) {
        assertThat(second.isRestored(again.position(), again.pending()))
            .as("seed %d, round %d, %s of %d answered", SEED, round, again.position(), answered)
            .isEqualTo(again.position().offset() >= answered);
      }
    }
  }

  /** It was not stored before the crash, and to skip it would lose it. */
  @Test
  void shouldNotTakeASecondQuestionOfARecordForTheFirst() {
    KeyValueStore<Long, PendingQuestion> store = PendingStore.open();
    PendingBudget budget = new PendingBudget(1);
    SourcePosition first = new SourcePosition("questions", 3, 7, 0);
    Record<byte[], byte[]> record = new Record<>(null, new byte[1], 5, new RecordHeaders());
    PendingQuestion content = PendingRecords.of(record, first);
    new PendingQuestions(store, budget, DIMENSIONS).add(new InFlight(first, content, null, false));
    PendingQuestions reopened = new PendingQuestions(store, budget, DIMENSIONS);
    reopened.restore((at, stored) -> new InFlight(at, stored, null, true), ignored -> {});
    assertThat(reopened.isRestored(first, content)).isTrue();
    SourcePosition second = new SourcePosition("questions", 3, 7, 1);
    assertThat(reopened.isRestored(second, content)).isFalse();
  }

  /** Over the budget somebody stops, and nobody with less than an equal share. */
  @Test
  void shouldPressOnATaskWithMoreThanItsShareOnly() {
    for (int round = 0; round < 2_000; round++) {
      String at = "seed %d, round %d".formatted(SEED, round);
      long max = 1 + random.nextInt(1_000);
      PendingBudget budget = new PendingBudget(max);
      List<Long> held = new ArrayList<>();
      for (int i = random.nextInt(5); i >= 0; i--) {
        budget.taskOpened();
        held.add((long) random.nextInt(600));
        budget.take(held.get(held.size() - 1));
      }
      long total = held.stream().mapToLong(Long::longValue).sum();
      List<Long> pressed = held.stream().filter(own -> budget.pressure(own) >= 1).toList();
      if (total >= max) {
        assertThat(pressed).as(at).isNotEmpty();
      } else {
        assertThat(pressed).as(at).isEmpty();
      }
      int tasks = held.size();
      assertThat(pressed).as(at).allMatch(own -> own * tasks >= max);
    }
  }
}
