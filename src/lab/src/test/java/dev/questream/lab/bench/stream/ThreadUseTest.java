package dev.questream.lab.bench.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.bench.stream.ThreadUse.Group;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadUseTest {

  @ParameterizedTest
  @CsvSource({
    "questream-encoder-0, ENCODER",
    "questream-tokenizer, TOKENIZER",
    "questream-bench-1a2b3c4d-5e6f-StreamThread-12, STREAM",
    "kafka-producer-network-thread | questream-bench-1a2b3c4d-StreamThread-1-producer, CLIENTS",
    "kafka-coordinator-heartbeat-thread | questream-bench-1a2b3c4d, CLIENTS",
    "main, BENCH",
    "questream-bench-sender, BENCH",
    "data-plane-kafka-request-handler-3, OTHER"
  })
  void shouldTellThreadsApartByTheirNames(String thread, Group group) {
    assertThat(ThreadUse.group(thread)).isEqualTo(group);
  }

  @Test
  void shouldGiveTimeInCoresAndBytesAsDifference() {
    ThreadUse before = new ThreadUse(0, Map.of(Group.STREAM, 5_000L), Map.of(Group.STREAM, 100L));
    ThreadUse after =
        new ThreadUse(
            1_000, Map.of(Group.STREAM, 5_500L, Group.ENCODER, 2_000L), Map.of(Group.STREAM, 350L));
    assertThat(after.coresSince(before))
        .containsEntry(Group.STREAM, 0.5)
        .containsEntry(Group.ENCODER, 2.0);
    assertThat(after.allocatedSince(before, Group.STREAM)).isEqualTo(250);
    assertThat(after.allocatedSince(before, Group.TOKENIZER)).isZero();
  }

  @Test
  void shouldSeeWhatAThreadUses() throws InterruptedException {
    ThreadUse before = ThreadUse.now();
    byte[][] kept = new byte[64][];
    Thread busy =
        new Thread(
            () -> {
              for (int i = 0; i < kept.length; i++) {
                kept[i] = new byte[1 << 20];
              }
              synchronized (kept) {
                kept.notifyAll();
                waitOn(kept);
              }
            },
            "questream-tokenizer");
    busy.setDaemon(true);
    synchronized (kept) {
      busy.start();
      kept.wait(10_000);
    }
    ThreadUse after = ThreadUse.now();
    busy.interrupt();
    assertThat(after.allocatedSince(before, Group.TOKENIZER)).isBetween(64L << 20, 80L << 20);
  }

  private static void waitOn(Object lock) {
    try {
      lock.wait();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
