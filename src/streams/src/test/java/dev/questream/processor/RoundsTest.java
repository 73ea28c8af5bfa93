package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.ManualEncoder;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.junit.jupiter.api.Test;

/** When a commit is asked for: an answer is seen by readers when it is committed. */
class RoundsTest extends ProcessorFixture {
  private static final int SPACING_MS = 50; // half of Kafka Streams' interval with exactly-once

  private final ManualEncoder encoder = new ManualEncoder();

  /** Fires the punctuator that was scheduled as the n-th, counted from 0. */
  private CapturedPunctuator fire(int punctuator, long now) {
    CapturedPunctuator fired = context.scheduledPunctuators().get(punctuator);
    fire(fired, now);
    return fired;
  }

  private boolean committed() {
    boolean committed = context.committed();
    context.resetCommit();
    return committed;
  }

  @Test
  void shouldCommitWhenAndOnlyWhenTheLastPendingAnswerHasLeft() {
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    ask(processor, "b");
    ask(processor, "c");
    encoder.complete(0);
    fire(0, 5);
    encoder.complete(2); // out of turn
    fire(0, 10);
    assertThat(forwardedKeys()).containsExactly("a");
    assertThat(committed()).as("two are pending").isFalse();
    encoder.complete(1);
    assertThat(fire(0, 15).cancelled()).isTrue();
    assertThat(forwardedKeys()).containsExactly("a", "b", "c");
    assertThat(committed()).isTrue();
  }

  @Test
  void shouldCommitOnlyWhenNoTaskOfTheThreadHasAnythingPending() {
    EmbedProcessor one = processor(encoder);
    EmbedProcessor other = processor(encoder);
    ask(one, "a");
    ask(other, "b");
    encoder.complete(0);
    assertThat(fire(0, 5).cancelled()).as("it leaves the commit to the other").isTrue();
    assertThat(committed()).isFalse();
    encoder.complete(1);
    fire(1, 10);
    assertThat(committed()).isTrue();
  }

  @Test
  void shouldNotWaitForATaskThatIsClosed() {
    EmbedProcessor one = processor(encoder);
    EmbedProcessor other = processor(encoder);
    ask(one, "a");
    ask(other, "b");
    other.close();
    encoder.complete(0);
    fire(0, 5);
    assertThat(committed()).isTrue();
    assertPollsSeldom();
  }

  @Test
  void shouldWaitForNoCommitWhenTheLastTaskIsClosed() {
    EmbedProcessor one = processor(encoder);
    EmbedProcessor other = processor(encoder);
    ask(one, "a");
    ask(other, "b");
    encoder.complete(0);
    fire(0, 5);
    other.close();
    assertPollsSeldom();
  }

  @Test
  void shouldNotCommitMoreOftenThanHalfTheInterval() {
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    encoder.complete(0);
    fire(0, 5);
    assertThat(committed()).isTrue();

    ask(processor, "b");
    encoder.complete(1);
    assertThat(fire(1, 5 + SPACING_MS - 1).cancelled()).as("it comes back to commit").isFalse();
    assertThat(forwardedKeys()).containsExactly("a", "b");
    assertThat(committed()).isFalse();
    ask(processor, "c");
    fire(1, 5 + SPACING_MS);
    assertThat(committed()).as("one is pending").isFalse();
    encoder.complete(2);
    assertThat(fire(1, 6 + SPACING_MS).cancelled()).isTrue();
    assertThat(committed()).isTrue();

    ask(processor, "d");
    encoder.complete(3);
    fire(2, 1);
    assertThat(committed()).as("the clock was set back").isTrue();
  }

  @Test
  void shouldCommitOnceForAllTasksThatWaitForIt() {
    EmbedProcessor one = processor(encoder);
    EmbedProcessor other = processor(encoder);
    ask(one, "a");
    encoder.complete(0);
    fire(0, 5);
    assertThat(committed()).isTrue();
    ask(one, "b");
    encoder.complete(1);
    fire(1, 10);
    ask(other, "c");
    encoder.complete(2);
    fire(2, 15);
    assertThat(committed()).isFalse();
    fire(1, 5 + SPACING_MS);
    assertThat(committed()).isTrue();
    assertThat(fire(2, 6 + SPACING_MS).cancelled()).isTrue();
    assertThat(committed()).isFalse();
  }

  /** Readers see its answers at once. */
  @Test
  void shouldLeaveCommitsToTheIntervalWithAtLeastOnce() {
    context = context("at_least_once");
    openStore();
    EmbedSettings settings =
        new EmbedSettings(
            SETTINGS.applicationId(),
            false,
            false,
            SETTINGS.maxQuestionBytes(),
            SETTINGS.window(),
            SETTINGS.pending(),
            SETTINGS.punctuationInterval(),
            SETTINGS.stallLimit());
    EmbedProcessor processor =
        processor(settings, Map.of("input.format", "text"), encoder, EmbedObserver.NONE);
    ask(processor, "a");
    encoder.complete(0);
    assertThat(fire(0, 5).cancelled()).isTrue();
    assertThat(forwardedKeys()).containsExactly("a");
    assertThat(committed()).isFalse();
    assertPollsSeldom();
  }

  private void assertPollsSeldom() {
    Duration idle = Duration.ofMillis(20);
    assertThat(intake.pace().poll(idle, SETTINGS.punctuationInterval())).isEqualTo(idle);
  }
}
