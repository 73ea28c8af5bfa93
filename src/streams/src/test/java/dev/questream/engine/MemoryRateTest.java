package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryRateTest {

  @Test
  void shouldMeasureARateThatAMachineCanHave() {
    MemoryRate memory = new MemoryRate(32L << 20, 2);
    assertThat(memory.bytes()).isEqualTo(32L << 20);
    long start = System.nanoTime();
    double bytesPerSecond = memory.measure(Duration.ofMillis(200));
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000L);
    assertThat(bytesPerSecond).isBetween(1e7, 1e13);
  }

  @Test
  void shouldTakeFewerBytesThanThreads() {
    assertThat(new MemoryRate(3, 2).measure(Duration.ofMillis(1))).isPositive();
  }
}
