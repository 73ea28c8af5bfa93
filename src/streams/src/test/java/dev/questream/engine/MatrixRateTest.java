package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Precision;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatrixRateTest {

  @ParameterizedTest
  @EnumSource(names = {"FP32", "BF16", "FP16"})
  void shouldMeasureARateThatAProcessorCanHave(Precision precision) {
    try (MatrixRate rate = MatrixRate.open(precision, 128, 512, DeviceChoice.cpu())) {
      long start = System.nanoTime();
      double flopPerSecond = rate.measure(2, Duration.ofMillis(200));
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000L);
      assertThat(flopPerSecond).isBetween(1e6, 1e15);
    }
  }
}
