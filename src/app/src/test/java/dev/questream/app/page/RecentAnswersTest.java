package dev.questream.app.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.Trail;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RecentAnswersTest {
  private final RecentAnswers recent = new RecentAnswers();

  private void answer(String id, long offset, DeadLetterReason reason) {
    Trail trail = new Trail(id, "questions", 2, offset, false, 1_000_000, 0, 13_000_000, null);
    recent.answering(trail, reason, new RecordHeaders());
  }

  @Test
  void shouldKeepTheLastDeadLettersTheNewestFirst() {
    for (int i = 0; i < 20; i++) {
      answer("q" + i, i, DeadLetterReason.EMPTY_TEXT);
    }
    assertThat(recent.latest().deadLetters())
        .hasSize(8)
        .first()
        .satisfies(
            last -> {
              assertThat(last.id()).isEqualTo("q19");
              assertThat(last.place()).isEqualTo("questions 2:19");
              assertThat(last.tookMs()).isEqualTo(12);
              assertThat(last.reason()).isEqualTo("empty-text");
            });
    assertThat(recent.latest().embeddings()).isEmpty();
  }

  @Test
  void shouldTakeASampleOfABusyStream() {
    for (int i = 0; i < 10_000; i++) {
      answer("q", i, null);
    }
    assertThat(recent.latest().embeddings()).isNotEmpty();
    long newest = System.nanoTime();
    await().until(() -> System.nanoTime() - newest > 60_000_000);
    answer("later", 10_000, null);
    assertThat(recent.latest().embeddings().get(0).id()).isEqualTo("later");
  }

  @Test
  void shouldCutALongId() {
    answer("x".repeat(10_000), 0, DeadLetterReason.TOO_LARGE);
    assertThat(recent.latest().deadLetters().get(0).id()).hasSize(80);
  }
}
