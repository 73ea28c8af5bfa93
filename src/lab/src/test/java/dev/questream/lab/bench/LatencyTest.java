package dev.questream.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatencyTest {
  private static final long MS = 1_000_000;

  @Test
  void shouldTakePercentilesByNearestRank() {
    Latency latency = Latency.of(LongStream.rangeClosed(1, 1000).map(i -> i * MS).toArray());
    assertThat(latency).isEqualTo(new Latency(1000, 500, 990, 999, 1000));
  }

  @Test
  void shouldTakeTheSlowestWhereThereAreTooFewForAPercentile() {
    assertThat(Latency.of(3 * MS, 1 * MS, 2 * MS)).isEqualTo(new Latency(3, 2, 3, 3, 3));
    assertThat(Latency.of(7 * MS)).isEqualTo(new Latency(1, 7, 7, 7, 7));
  }

  @Test
  void shouldBeZeroWithoutQuestions() {
    assertThat(Latency.of()).isEqualTo(new Latency(0, 0, 0, 0, 0));
  }

  @Test
  void shouldCoverTheShareThatItNamesWhateverTheDurations() {
    long seed = Long.getLong("questream.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      long[] nanos = random.longs(1 + random.nextInt(3000), 0, 1L << 40).toArray();
      Latency latency = Latency.of(nanos);
      for (double[] point :
          new double[][] {{0.5, latency.p50()}, {0.99, latency.p99()}, {0.999, latency.p999()}}) {
        long within = Arrays.stream(nanos).filter(n -> n / 1e6 <= point[1]).count();
        long under = Arrays.stream(nanos).filter(n -> n / 1e6 < point[1]).count();
        assertThat((double) within / nanos.length)
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(point[0]);
        assertThat((double) under / nanos.length).as("seed %d", seed).isLessThan(point[0]);
      }
    }
  }
}
