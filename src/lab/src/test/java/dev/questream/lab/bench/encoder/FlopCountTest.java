package dev.questream.lab.bench.encoder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.Activation;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.Output;
import dev.questream.checkpoint.Positions;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.encoder.Pooling;
import dev.questream.encoder.Precision;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlopCountTest {
  private static final EncoderConfig BASE = base(false);

  private static EncoderConfig base(boolean gated) {
    return new EncoderConfig(
        12,
        768,
        12,
        3072,
        30_522,
        512,
        new EncoderConfig.Variation(1e-12, Activation.GELU, new Positions.Indexed(), false, gated));
  }

  private static Output output(Pooling pooling) {
    return new Output(List.of(SentenceModule.Pool.of(pooling)), 768);
  }

  /** Products of an [a, b] by a [b, c] matrix, counted one by one. */
  private static long product(long a, long b, long c) {
    return 2 * a * b * c;
  }

  @Test
  void shouldCountTwoOperationsAWeightAndToken() {
    FlopCount mean = new FlopCount(BASE, output(Pooling.MEAN));
    assertThat(mean.weights(1)).isEqualTo(2 * 84_934_656L); // BERT-base: 84.9 M in its layers
    assertThat(mean.weights(20)).isEqualTo(20 * mean.weights(1));
  }

  @Test
  void shouldCountBytesOfWeightsInEachPrecision() {
    FlopCount mean = new FlopCount(BASE, output(Pooling.MEAN));
    FlopCount cls = new FlopCount(BASE, output(Pooling.CLS));
    assertThat(mean.weightBytes(Precision.FP32)).isEqualTo(4 * 84_934_656L);
    assertThat(mean.weightBytes(Precision.BF16)).isEqualTo(2 * 84_934_656L);
    assertThat(mean.weightBytes(Precision.FP16)).isEqualTo(2 * 84_934_656L);
    assertThat(mean.weightBytes(Precision.INT8)).isEqualTo(84_934_656L);
    assertThat(cls.weightBytes(Precision.FP32)).isEqualTo(mean.weightBytes(Precision.FP32));
  }

  @Test
  void shouldCountEveryProductOfTheGraph() {
    long n = 17;
    long weights = 4 * product(n, 768, 768) + product(n, 768, 3072) + product(n, 3072, 768);
    long attention = 12 * (product(n, 64, n) + product(n, n, 64));
    FlopCount mean = new FlopCount(BASE, output(Pooling.MEAN));
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
    FlopCount cls = new FlopCount(BASE, output(Pooling.CLS));
    assertThat(cls.weights(n)).isEqualTo(11 * full + last);
    assertThat(cls.attention(n))
        .isEqualTo(
            11 * 12 * (product(n, 64, n) + product(n, n, 64))
                + 12 * (product(1, 64, n) + product(1, n, 64)));
  }

  @Test
  void shouldCountTheProjectionOnceForEachText() {
    SentenceModule.Dense dense =
        new SentenceModule.Dense(zeros(128, 768), zeros(128), Activation.IDENTITY);
    Output projected = new Output(List.of(SentenceModule.Pool.of(Pooling.CLS), dense), 128);
    assertThat(
            new FlopCount(BASE, projected).weights(30)
                - new FlopCount(BASE, output(Pooling.CLS)).weights(30))
        .isEqualTo(product(1, 768, 128));
  }

  private static Tensor zeros(long... shape) {
    TensorShape dimensions = TensorShape.of(shape);
    return new Tensor(
        "zeros",
        ElementType.FLOAT32,
        dimensions,
        ByteBuffer.allocate((int) dimensions.bytes(ElementType.FLOAT32)));
  }

  @Test
  void shouldCountTheGate() {
    assertThat(
            new FlopCount(base(true), output(Pooling.MEAN)).weights(30)
                - new FlopCount(BASE, output(Pooling.MEAN)).weights(30))
        .isEqualTo(12 * product(30, 768, 3072));
  }
}
