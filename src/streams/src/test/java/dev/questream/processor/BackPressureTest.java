package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.encoder.Embedding;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a task stops reading, reads on, and makes its thread wait. */
@Timeout(60)
class BackPressureTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int MAX = 20;
  private static final Duration BLOCK = Duration.ofMillis(120);
  private static final TopicPartition PARTITION = new TopicPartition("questions", 3);

  private final Intake intake = new Intake();
  private final BlockBudget blockBudget = new BlockBudget();
  private final PendingQuestions pending = pending();
  private final BackPressure backPressure = backPressure(pending);
  private final CompletableFuture<Embedding> future = new CompletableFuture<>();
  private long offset;

  private static PendingQuestions pending() {
    return new PendingQuestions(PendingStore.open(), new PendingBudget(1 << 20), 4);
  }

  private BackPressure backPressure(PendingQuestions of) {
    return new BackPressure(
        new EmbedSettings.PendingBounds(MAX, 1 << 20, BLOCK), of, intake, blockBudget);
  }

  private void add(int questions) {
    add(pending, questions);
  }

  private void add(PendingQuestions to, int questions) {
    for (int i = 0; i < questions; i++) {
      SourcePosition position = new SourcePosition("questions", 3, offset++, 0);
      PendingQuestion content =
          PendingRecords.of(new Record<>(null, new byte[1], 0, new RecordHeaders()), position);
      Arrival asked = new Arrival.Asked(new Question("id", "text", Map.of(), 0L));
      InFlight question = new InFlight(position, content, asked, false);
      question.submitted(future);
      to.add(question);
    }
  }

  /** At the bound it stops; below nine tenths it reads on; in between nothing changes. */
  @Test
  void shouldStopAndResumeByTheBound() {
    Random random = new Random(SEED);
    boolean stopped = false;
    for (int step = 0; step < 3_000; step++) {
      if (random.nextInt(100) < (step / 500 % 2 == 0 ? 60 : 40)) {
        add(1);
        backPressure.stopIfFull(PARTITION);
        stopped |= pending.size() >= MAX;
      } else if (!pending.isEmpty()) {
        pending.removeHead();
        backPressure.resumeIfRelieved();
        stopped &= pending.size() >= 0.9 * MAX;
      }
      assertThat(intake.isStopped(PARTITION))
          .as("seed %d, step %d, %d pending", SEED, step, pending.size())
          .isEqualTo(stopped);
      assertThat(backPressure.mustWait())
          .as("seed %d, step %d, %d pending", SEED, step, pending.size())
          .isEqualTo(pending.size() > 2 * MAX);
    }
  }

  @Test
  void shouldReadOnWhenTheTaskCloses() {
    add(MAX);
    backPressure.stopIfFull(PARTITION);
    backPressure.resume();
    assertThat(intake.isStopped(PARTITION)).isFalse();
  }

  /** Two tasks of a thread: together they make it wait for no longer than maxBlock. */
  @Test
  void shouldNotWaitLongerThanTheThreadMayBeBlocked() {
    PendingQuestions others = pending();
    BackPressure other = backPressure(others);
    add(2 * MAX + 1);
    add(others, 2 * MAX + 1);
    int waits = 0;
    for (; backPressure.mustWait() || other.mustWait(); waits++) {
      (waits % 2 == 0 ? backPressure : other).awaitHead();
    }
    assertThat(waits).as("waits of 50 ms in 120 ms").isBetween(1, 3);
    assertThat(blockBudget.usedNanos()).isGreaterThanOrEqualTo(BLOCK.toNanos());
    other.renew();
    assertThat(backPressure.mustWait()).as("after a punctuation").isTrue();
  }

  @Test
  void shouldNotWaitForAnAnswerThatIsThere() {
    add(2 * MAX + 1);
    future.completeExceptionally(new IllegalStateException("failed, and the harvest will see it"));
    Thread.currentThread().interrupt(); // a wait would throw
    backPressure.awaitHead();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void shouldLetTheThreadBeInterrupted() {
    add(2 * MAX + 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(backPressure::awaitHead).isInstanceOf(InterruptException.class);
    assertThat(Thread.interrupted()).as("InterruptException sets it again").isTrue();
  }
}
