package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.TokenBudget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same vectors on a CUDA device as on the processor. Needs libtorch for CUDA: {@code
 * PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128 mvn test -Dgroups=gpu}.
 */
@Tag("gpu")
class CudaTest {
  /** TF32 is off, so float32 differs by the order of summation alone. */
  private static final float FP32_TOLERANCE = 1e-4f;

  @TempDir static Path cache;

  @BeforeAll
  static void needCuda() {
    assumeTrue(Cuda.isHere(), "there is no CUDA device, or libtorch is built for the CPU");
  }

  private static TorchBackend open(String precision, String device) {
    return TorchBackend.open(
        PublishedModel.bundled(cache),
        new EngineSettings(
            EncoderRole.QUESTION,
            new EngineSettings.Text(Optional.of(""), Truncation.TRUNCATE_TAIL),
            new EngineSettings.Arithmetic(PrecisionChoice.of(precision), 0.999),
            new EngineSettings.Compute(new DeviceChoice(device), 1),
            cache));
  }

  private static List<float[]> encode(TorchBackend backend, List<String> texts) {
    List<int[]> ids =
        texts.stream().map(text -> backend.tokenize(EncoderInput.question(text)).ids()).toList();
    try (EncoderBackend.Session session = backend.openSession()) {
      return session.encode(ids);
    }
  }

  /** Texts of every length up to 100 words, some lengths several times. */
  private static List<String> texts() {
    return IntStream.range(0, 250)
        .mapToObj(i -> "when was it ".repeat(1 + i % 33) + "built in " + (1800 + i))
        .toList();
  }

  @Test
  void shouldGiveTheProcessorsVectorsInFloat32() {
    try (TorchBackend cpu = open("fp32", "cpu");
        TorchBackend cuda = open("fp32", "cuda:0")) {
      List<float[]> expected = encode(cpu, texts());
      List<float[]> found = encode(cuda, texts());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(FP32_TOLERANCE));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "fp16"})
  void shouldStayCloseToFloat32InHalfPrecision(String precision) {
    try (TorchBackend cpu = open("fp32", "cpu");
        TorchBackend cuda = open(precision, "cuda:0")) {
      assertThat(PrecisionGate.worstCosine(encode(cpu, texts()), encode(cuda, texts())))
          .isGreaterThan(0.999);
    }
  }

  @Test
  void shouldPreferHalfPrecisionAndLargeBatches() {
    try (TorchBackend cuda = open("auto", "cuda")) {
      assertThat(cuda.info().precision()).isNotEqualTo(Precision.FP32);
      assertThat(cuda.hardware().name()).startsWith("cuda:0");
      assertThat(cuda.hardware().maxBatchTokens()).isGreaterThan(4096);
    }
  }

  @Test
  void shouldServeAllWorkersAtOnce() {
    TorchBackend backend = open("auto", "auto");
    List<float[]> expected = encode(backend, texts());
    int workers = backend.hardware().workers();
    try (BatchingEncoder encoder =
        new BatchingEncoder(backend, new TokenBudget(64, 512, workers))) {
      List<float[]> found =
          encoder.submit("test", texts().stream().map(EncoderInput::question).toList()).stream()
              .map(CompletableFuture::join)
              .map(embedding -> embedding.vector())
              .toList();
      assertThat(PrecisionGate.worstCosine(expected, found)).isGreaterThan(0.999);
    }
  }
}
