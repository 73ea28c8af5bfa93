package dev.questream.lab.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.bench.Latency;
import org.junit.jupiter.api.Test;

class ReceiptsTest {
  private static final long FIRST = 10_000_000_000L;

  private final Receipts receipts = new Receipts(FIRST);

  private boolean embedding(long place, int partition) {
    return receipts.count(new CommittedAnswer(FIRST + place, partition, false));
  }

  @Test
  void shouldCountAnswersOfPartitionsInTheirOwnOrder() {
    assertThat(embedding(0, 0)).isTrue();
    assertThat(embedding(5, 1)).isTrue();
    assertThat(embedding(3, 0)).isTrue();
    assertThat(receipts.answered()).isEqualTo(3);
    assertThat(receipts.reordered()).isZero();
    assertThat(receipts.duplicates()).isZero();
  }

  @Test
  void shouldSeeASecondAnswer() {
    embedding(4, 0);
    assertThat(embedding(4, 0)).isFalse();
    assertThat(receipts.duplicates()).isEqualTo(1);
    assertThat(receipts.answered()).isEqualTo(1);
  }

  @Test
  void shouldSeeAnAnswerOutOfTurn() {
    embedding(4, 0);
    embedding(2, 0);
    assertThat(receipts.reordered()).isEqualTo(1);
  }

  @Test
  void shouldCountDeadLettersAsAnswersWithoutAnOrder() {
    embedding(4, 0);
    assertThat(receipts.count(new CommittedAnswer(FIRST + 2, 0, true))).isTrue();
    assertThat(receipts.deadLetters()).isEqualTo(1);
    assertThat(receipts.answered()).isEqualTo(2);
    assertThat(receipts.reordered()).isZero();
  }

  @Test
  void shouldKeepEveryDuration() {
    for (int i = 1; i <= 5000; i++) {
      receipts.time(i * 2_000_000L, i * 1_000_000L);
    }
    assertThat(receipts.fromDue()).isEqualTo(new Latency(5000, 5000, 9900, 9990, 10000));
    assertThat(receipts.fromSend()).isEqualTo(new Latency(5000, 2500, 4950, 4995, 5000));
  }
}
