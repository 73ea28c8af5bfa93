package dev.questream.lab.bench.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.Pooling;
import org.junit.jupiter.api.Test;

class FlopCountTest {
  private static final BertConfig BASE = new BertConfig(12, 768, 12, 3072, 30522, 512, 0, 1e-12);

  /** Products of an [a, b] by a [b, c] matrix, counted one by one. */
  private static long product(long a, long b, long c) {
    return 2 * a * b * c;
  }

  @Test
  void shouldCountTwoOperationsAWeightAndToken() {
    FlopCount mean = new FlopCount(BASE, Pooling.MEAN);
    assertThat(mean.weights(1)).isEqualTo(2 * 84_934_656L); // BERT-base: 84.9 M in its layers
    assertThat(mean.weights(20)).isEqualTo(20 * mean.weights(1));
  }

  @Test
  void shouldCountEveryProductOfTheGraph() {
    long n = 17;
    long weights = 4 * product(n, 768, 768) + product(n, 768, 3072) + product(n, 3072, 768);
    long attention = 12 * (product(n, 64, n) + product(n, n, 64));
    FlopCount mean = new FlopCount(BASE, Pooling.MEAN);
    assertThat(mean.weights(n)).isEqualTo(12 * weights);
    assertThat(mean.attention(n)).isEqualTo(12 * attention);
    assertThat(mean.total(n)).isEqualTo(12 * (weights + attention));
  }

  @Test
  void shouldCountOneRowOnlyInTheLastLayerUnderClsPooling() {
    long n = 17;
    long full = 4 * product(n, 768, 768) + product(n, 768, 3072) + product(n, 3072, 768);
    long last =
        2 * product(n, 768, 768)
            + 2 * product(1, 768, 768)
            + product(1, 768, 3072)
            + product(1, 3072, 768);
    FlopCount cls = new FlopCount(BASE, Pooling.CLS);
    assertThat(cls.weights(n)).isEqualTo(11 * full + last);
    assertThat(cls.attention(n))
        .isEqualTo(
            11 * 12 * (product(n, 64, n) + product(n, n, 64))
                + 12 * (product(1, 64, n) + product(1, n, 64)));
  }

  @Test
  void shouldCountTheProjectionOnceForEachText() {
    BertConfig projected = new BertConfig(12, 768, 12, 3072, 30522, 512, 128, 1e-12);
    assertThat(
            new FlopCount(projected, Pooling.CLS).weights(30)
                - new FlopCount(BASE, Pooling.CLS).weights(30))
        .isEqualTo(product(1, 768, 128));
  }
}
