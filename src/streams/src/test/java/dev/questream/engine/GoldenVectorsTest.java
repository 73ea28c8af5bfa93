package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.Cosine;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.encoder.Truncation;
import dev.questream.weights.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The default model's vectors against ONNX Runtime on the original weights. */
class GoldenVectorsTest {
  private static final double TOLERANCE = 1e-5;
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  @TempDir static Path cache;
  private static TorchBackend backend;
  private static EncoderBackend.Session session;
  private static OnnxReference reference;

  @BeforeAll
  static void open() {
    backend = open("fp32");
    session = backend.openSession();
    reference =
        PublishedModel.bundled(cache)
            .withWeights(
                weights -> {
                  try {
                    Path copy = cache.resolve("reference.onnx");
                    Files.copy(weights, copy, StandardCopyOption.REPLACE_EXISTING);
                    return new OnnxReference(copy);
                  } catch (java.io.IOException e) {
                    throw new AssertionError(e);
                  }
                });
  }

  @AfterAll
  static void close() {
    session.close();
    backend.close();
    reference.close();
  }

  private static TorchBackend open(String precision) {
    return open(precision, 0.999);
  }

  private static TorchBackend open(String precision, double minCosine) {
    return TorchBackend.open(
        PublishedModel.bundled(cache),
        new EngineSettings(
            EncoderRole.QUESTION,
            new EngineSettings.Text(Optional.of(""), Truncation.TRUNCATE_TAIL),
            new EngineSettings.Arithmetic(PrecisionChoice.of(precision), minCosine),
            EngineSettings.Compute.CPU,
            cache));
  }

  private static List<int[]> tokens(List<String> texts) {
    return texts.stream().map(text -> backend.tokenize(EncoderInput.question(text)).ids()).toList();
  }

  @Test
  void shouldEqualOnnxRuntimeForEveryText() {
    List<int[]> ids = tokens(Texts.VARIED);
    List<float[]> vectors = session.encode(ids);
    for (int i = 0; i < ids.size(); i++) {
      assertThat(maxDifference(vectors.get(i), reference.normalizedCls(ids.get(i))))
          .as(Texts.VARIED.get(i))
          .isLessThan(TOLERANCE);
    }
  }

  @Test
  void shouldGiveTheSameVectorAloneAndInAnyBatch() {
    Random random = new Random(SEED);
    List<int[]> ids = new ArrayList<>(tokens(Texts.VARIED));
    List<float[]> alone = new ArrayList<>();
    ids.forEach(text -> alone.add(session.encode(List.of(text)).get(0)));
    for (int round = 0; round < 8; round++) {
      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < ids.size(); i++) {
        order.add(i);
      }
      Collections.shuffle(order, random);
      List<Integer> chosen = order.subList(0, 1 + random.nextInt(order.size()));
      List<float[]> batched = session.encode(chosen.stream().map(ids::get).toList());
      for (int i = 0; i < chosen.size(); i++) {
        assertThat(maxDifference(batched.get(i), alone.get(chosen.get(i))))
            .as("seed %d, round %d, text %d", SEED, round, chosen.get(i))
            .isLessThan(TOLERANCE);
      }
    }
  }

  @Test
  void shouldStayCloseToFp32InLowerPrecisions() {
    List<int[]> ids = tokens(Texts.VARIED);
    List<float[]> exact = session.encode(ids);
    for (String precision : List.of("bf16", "fp16")) {
      try (TorchBackend lower = open(precision);
          EncoderBackend.Session lowerSession = lower.openSession()) {
        List<float[]> vectors = lowerSession.encode(ids);
        for (int i = 0; i < ids.size(); i++) {
          assertThat(Cosine.of(vectors.get(i), exact.get(i)))
              .as("%s: %s", precision, Texts.VARIED.get(i))
              .isGreaterThan(0.999);
        }
      }
    }
  }

  @Test
  void shouldLoseNextToNothingWithWeightsInFloat16() {
    assumeTrue(Cpu.widensFloat16(), "no processor that widens float16");
    List<int[]> ids = tokens(Texts.VARIED);
    List<float[]> exact = session.encode(ids);
    try (TorchBackend half = open("fp16");
        EncoderBackend.Session halfSession = half.openSession()) {
      assertThat(PrecisionGate.worstCosine(exact, halfSession.encode(ids))).isGreaterThan(0.99999);
    }
  }

  @Test
  void shouldRunInInt8OnlyForThoseWhoLowerTheBound() {
    assumeTrue(Cpu.multipliesInt8(), "no processor for int8");
    assertThatThrownBy(() -> open("int8"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("int8", "worst cosine", "encoder.precision.min.cosine");
    List<int[]> ids = tokens(Texts.VARIED);
    List<float[]> exact = session.encode(ids);
    try (TorchBackend coarse = open("int8", 0.9);
        EncoderBackend.Session coarseSession = coarse.openSession()) {
      assertThat(coarse.info().precision()).isEqualTo(Precision.INT8);
      double worst = PrecisionGate.worstCosine(exact, coarseSession.encode(ids));
      assertThat(worst).isBetween(0.9, 0.9999);
    }
  }

  private static double maxDifference(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double max = 0;
    for (int i = 0; i < found.length; i++) {
      double difference = Math.abs((double) found[i] - expected[i]);
      assertThat(difference).isNotNaN();
      max = Math.max(max, difference);
    }
    return max;
  }
}
