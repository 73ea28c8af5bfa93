package dev.questream.app.rollover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.kafka.RecordPosition;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdSampleTest {
  private static Embedded embedded(int version) {
    return new Embedded(null, version, new RecordPosition("t", 0, version), new float[] {version});
  }

  private static IdSample sample(int limit, int from, int to) {
    IdSample sample = new IdSample(limit);
    for (int i = from; i < to; i++) {
      sample.put("id-" + i, () -> embedded(1));
    }
    return sample;
  }

  @Test
  void shouldHoldEverythingThatFits() {
    IdSample sample = sample(100, 0, 100);
    assertThat(sample.latest()).hasSize(100);
    assertThat(sample.share()).isEqualTo(1);
    assertThat(sample.estimatedIds()).isEqualTo(100);
  }

  @Test
  void shouldKeepTheLatestOfEachId() {
    IdSample sample = new IdSample(10);
    sample.put("a", () -> embedded(1));
    sample.put("a", () -> embedded(2));
    sample.put("b", () -> embedded(1));
    sample.put("b", () -> Embedded.DELETED);
    assertThat(sample.latest().get("a").textHash()).isEqualTo(2);
    assertThat(sample.latest().get("b").deleted()).isTrue();
    assertThat(sample.estimatedIds()).isEqualTo(1);
  }

  @Test
  void shouldStayWithinItsLimitAndEstimateTheWhole() {
    IdSample sample = sample(1000, 0, 50_000);
    assertThat(sample.latest()).hasSizeBetween(990, 1000);
    assertThat(sample.estimatedIds()).isBetween(45_000L, 55_000L);
    assertThat(sample.share()).isBetween(0.018, 0.022);
  }

  @Test
  void shouldHoldTheSameIdsOfTopicsOfDifferentSizes() {
    IdSample large = sample(500, 0, 20_000);
    IdSample small = sample(500, 15_000, 20_000);
    IdSample.align(large, small);
    Map<String, Embedded> onlySmall = new HashMap<>(small.latest());
    large.latest().keySet().forEach(onlySmall::remove);
    assertThat(onlySmall).as("all of the small one are in the large one").isEmpty();
    assertThat(small.latest()).hasSizeBetween(80, 170);
    assertThat(small.share()).isEqualTo(large.share());
    IdSample whole = sample(500, 0, 100);
    IdSample.align(whole, large);
    assertThat(whole.share()).isEqualTo(large.share());
  }
}
