package dev.questream.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EncodersTest {
  private static final int ALL = Math.min(8, Runtime.getRuntime().availableProcessors());

  @Test
  void shouldShareACallAmongThreadsOnlyWhereTheyDoNotSpinForLong() {
    assertThat(Encoders.automaticCallThreads(Map.of())).isEqualTo(1);
    assertThat(Encoders.automaticCallThreads(Map.of("OMP_WAIT_POLICY", "active"))).isEqualTo(1);
    assertThat(Encoders.automaticCallThreads(Map.of("OMP_WAIT_POLICY", "PASSIVE"))).isEqualTo(ALL);
    assertThat(Encoders.automaticCallThreads(Map.of("GOMP_SPINCOUNT", "1000"))).isEqualTo(ALL);
  }
}
