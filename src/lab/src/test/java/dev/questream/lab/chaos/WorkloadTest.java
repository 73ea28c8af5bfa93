package dev.questream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.lab.chaos.guarantee.Expected;
import dev.questream.serde.QuestionDecoder;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class WorkloadTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int COUNT = 50_000;

  private final Workload workload = new Workload(SEED, 5, true, 6, 1_000, false);

  @Test
  void shouldHoldEveryKindOfRecordAtItsRate() {
    Map<Class<?>, Integer> kinds = new HashMap<>();
    Map<Mark, Integer> marks = new EnumMap<>(Mark.class);
    for (int n = 0; n < COUNT; n++) {
      kinds.merge(workload.expected(n).getClass(), 1, Integer::sum);
      workload.mark(n).ifPresent(mark -> marks.merge(mark, 1, Integer::sum));
    }
    assertThat(kinds.get(Expected.Tombstone.class)).as("seed %d", SEED).isBetween(800, 1700);
    assertThat(kinds.get(Expected.DeadLetter.class)).as("seed %d", SEED).isBetween(100, 320);
    assertThat(marks).as("seed %d", SEED).containsOnlyKeys(Mark.values());
  }

  @Test
  void shouldDeleteOnlyWhatWasAskedBeforeAndHasAnEmbedding() {
    for (int n = 0; n < COUNT; n++) {
      if (workload.expected(n) instanceof Expected.Tombstone tombstone) {
        assertThat(tombstone.target()).isLessThan(n);
        assertThat(workload.expected(tombstone.target()))
            .as("seed %d, number %d", SEED, n)
            .isInstanceOfSatisfying(
                Expected.Embedding.class,
                target -> assertThat(target.id()).isEqualTo(tombstone.id()));
      }
    }
  }

  @Test
  void shouldBeTheSameForTheSameSeedAndNumber() {
    Workload again = new Workload(SEED, 5, true, 6, 1_000, false);
    Workload other = new Workload(SEED + 1, 5, true, 6, 1_000, false);
    int different = 0;
    for (int n = 0; n < 1000; n++) {
      ProducerRecord<byte[], byte[]> record = workload.record("questions", n);
      assertThat(record.value()).isEqualTo(again.record("questions", n).value());
      assertThat(record.key()).isEqualTo(again.record("questions", n).key());
      different += record.equals(other.record("questions", n)) ? 0 : 1;
    }
    assertThat(different).isEqualTo(1000);
  }

  @Test
  void shouldProduceWhatTheApplicationReads() {
    QuestionDecoder decoder = new QuestionDecoder(Map.of());
    for (int n = 0; n < 1000; n++) {
      if (workload.expected(n) instanceof Expected.Embedding expected) {
        ProducerRecord<byte[], byte[]> record = workload.record("questions", n);
        assertThat(decoder.decode(record.key(), record.value()).getText())
            .isEqualTo(expected.text());
      }
    }
  }

  @Test
  void shouldHoldRecordsThatAreForeignAndSound() {
    int[] odd = new int[4];
    for (int n = 0; n < COUNT; n++) {
      if (!(workload.expected(n) instanceof Expected.Embedding expected)) {
        continue;
      }
      ProducerRecord<byte[], byte[]> record = workload.record("questions", n);
      assertThat(record.timestamp()).isEqualTo(expected.timestampMs());
      odd[0] += record.timestamp() == -1 ? 1 : 0;
      odd[1] += record.timestamp() > 1_000_000 ? 1 : 0;
      odd[2] += record.key()[0] < 0 ? 1 : 0;
      odd[3] += record.headers().toArray().length > 1 ? 1 : 0;
    }
    assertThat(odd).as("seed %d", SEED).doesNotContain(0);
  }

  /** By what came before, record for record: {@code Repeats} looks for the latest only. */
  @Test
  void shouldSkipExactlyWhatChangesNothing() {
    Workload skipping = new Workload(SEED, 5, true, 6, 1_000, true);
    Map<String, String> latest = new HashMap<>();
    int unchanged = 0;
    int changed = 0;
    for (int n = 0; n < COUNT; n++) {
      Expected expected = skipping.expected(n);
      if (expected instanceof Expected.Tombstone tombstone) {
        latest.remove(tombstone.id());
      } else if (expected instanceof Expected.Unchanged skipped) {
        assertThat(skipped.question().text())
            .as("seed %d, number %d", SEED, n)
            .isEqualTo(latest.get(skipped.question().id()));
        unchanged++;
      } else if (expected instanceof Expected.Embedding asked) {
        String before = latest.put(asked.id(), asked.text());
        assertThat(asked.text()).as("seed %d, number %d", SEED, n).isNotEqualTo(before);
        changed += before == null ? 0 : 1;
      }
    }
    assertThat(List.of(unchanged, changed)).as("seed %d", SEED).allMatch(count -> count > 500);
  }
}
