package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.engine.TorchTrainer.State;
import dev.questream.torchscript.TrainedTensor;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Distillation of tiny encoders against PyTorch's AdamW ({@code make_training_fixtures.py}). */
class TorchTrainerTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path work;

  @ParameterizedTest
  @ValueSource(strings = {"dpr", "dense-several", "roberta-cls", "distilbert-mean"})
  void shouldLearnAsPyTorchDoes(String name, TestReporter reporter) throws IOException {
    TrainingFixture fixture = TrainingFixture.named(name);
    double[] rates = fixture.numbers("rates");
    double[] losses = fixture.numbers("losses");
    double[] lengths = fixture.numbers("lengths");
    try (TorchTrainer trainer = fixture.open(work)) {
      double worst = 0;
      for (int step = 0; step < rates.length; step++) {
        List<Lesson> batch = fixture.batch(step);
        double loss = trainer.accumulate(batch, fixture.objective(), batch.size());
        if (step == 0) {
          double gradient =
              worst(trainer, State.GRADIENTS, fixture.tensors("gradient"), lengths[0]);
          reporter.publishEntry(name + ": gradient", "%.3g".formatted(gradient));
          assertThat(gradient).as("gradient").isLessThan(TOLERANCE);
        }
        worst = Math.max(worst, Math.abs(loss / losses[step] - 1));
        worst = Math.max(worst, Math.abs(trainer.update(rates[step]) / lengths[step] - 1));
      }
      double learnt = worst(trainer, State.WEIGHTS, fixture.tensors("learnt"), 0);
      reporter.publishEntry(name + ": losses and lengths", "%.3g".formatted(worst));
      reporter.publishEntry(name + ": weights", "%.3g".formatted(learnt));
      assertThat(worst).as("losses and lengths of gradients").isLessThan(TOLERANCE);
      assertThat(learnt).as("weights").isLessThan(TOLERANCE);
    }
  }

  /**
   * The worst difference of an element, relative to the largest one of its tensor.
   *
   * @param length of all: elements that are nothing beside it are rounding errors, such as the
   *     gradient of the keys' bias, which is zero
   */
  private static double worst(TorchTrainer trainer, State state, Checkpoint expected, double length)
      throws IOException {
    Map<String, Integer> done = new HashMap<>();
    double[] worst = {0};
    trainer.give(
        state,
        tensors -> {
          for (int i = 0; i < tensors.size(); i++) {
            FloatBuffer found = tensors.get(i).data().asFloatBuffer();
            for (TrainedTensor.Piece piece : trainer.trained().get(i).pieces()) {
              String name =
                  (piece.module() < 0 ? "" : "dense[%d].".formatted(piece.module())) + piece.name();
              worst[0] = Math.max(worst[0], difference(found, expected.read(name), piece, length));
              done.merge(name, 1, Integer::sum);
            }
            assertThat(found.hasRemaining()).as(tensors.get(i).name()).isFalse();
          }
        });
    assertThat(done.keySet()).containsExactlyInAnyOrderElementsOf(expected.names());
    return worst[0];
  }

  private static double difference(
      FloatBuffer found, Tensor expected, TrainedTensor.Piece piece, double length) {
    FloatBuffer all = expected.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    int width = all.remaining() / expected.shape().size(0);
    double worst = 0;
    double scale = Math.max(1e-3, length / 100);
    for (int i = 0; i < all.limit(); i++) {
      scale = Math.max(scale, Math.abs(all.get(i)));
    }
    for (int i = (int) piece.from() * width; i < piece.to() * width; i++) {
      double difference = Math.abs(all.get(i) - found.get());
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    return worst / scale;
  }

  /** Memory is bounded by the parts of a batch, so they must come to the same. */
  @Test
  void shouldLearnTheSameFromABatchInParts() throws IOException {
    TrainingFixture fixture = TrainingFixture.named("roberta-cls");
    List<Lesson> batch = fixture.batch(0);
    try (TorchTrainer trainer = fixture.open(work)) {
      double loss = 0;
      for (Lesson lesson : batch) {
        loss += trainer.accumulate(List.of(lesson), fixture.objective(), batch.size());
      }
      assertThat(Math.abs(loss / fixture.numbers("losses")[0] - 1)).isLessThan(TOLERANCE);
      double length = fixture.numbers("lengths")[0];
      assertThat(worst(trainer, State.GRADIENTS, fixture.tensors("gradient"), length))
          .isLessThan(TOLERANCE);
    }
  }

  @Test
  void shouldEncodeWithWhatItHasLearnt() throws IOException {
    TrainingFixture fixture = TrainingFixture.named("dpr");
    List<Lesson> batch = fixture.batch(0);
    List<int[]> texts = batch.stream().map(Lesson::ids).toList();
    try (TorchTrainer trainer = fixture.open(work)) {
      List<float[]> before = trainer.encode(texts);
      double first = trainer.accumulate(batch, fixture.objective(), batch.size());
      assertThat(trainer.encode(texts).get(0)).containsExactly(before.get(0));
      trainer.update(0.01);
      assertThat(trainer.encode(texts).get(0)).isNotEqualTo(before.get(0));
      double second = trainer.accumulate(batch, fixture.objective(), batch.size());
      assertThat(second).isLessThan(first);
    }
  }

  @Test
  void shouldChangeNothingByAGradientThatIsNoNumber() throws IOException {
    TrainingFixture fixture = TrainingFixture.named("dpr");
    List<Lesson> batch = fixture.batch(0);
    Lesson good = batch.get(0);
    float[] scores = good.scores().clone();
    scores[0] = Float.NaN;
    Lesson bad = new Lesson(good.ids(), good.passages(), scores, good.hits());
    try (TorchTrainer trainer = fixture.open(work)) {
      assertThat(trainer.accumulate(List.of(bad), fixture.objective(), 1)).isNaN();
      assertThat(trainer.update(0.01)).isNaN();
      double loss = trainer.accumulate(batch, fixture.objective(), batch.size());
      assertThat(Math.abs(loss / fixture.numbers("losses")[0] - 1)).isLessThan(TOLERANCE);
      trainer.update(0.01);
      assertThat(trainer.accumulate(batch, fixture.objective(), batch.size())).isLessThan(loss);
    }
  }

  /** As often as it says, by the seed; and never where vectors are asked for. */
  @Test
  void shouldDropStatesInTrainingOnly() throws IOException {
    TrainingFixture fixture = TrainingFixture.named("roberta-cls");
    PublishedModel model = fixture.model(work);
    List<Lesson> batch = fixture.batch(0);
    List<double[]> losses = new ArrayList<>();
    for (int seed : new int[] {1, 1, 2}) {
      try (TorchTrainer trainer =
          TorchTrainer.open(
              model, TrainingFixture.settings(new Dropout(0.1, 0.1), seed, AdamW.DPR))) {
        double[] found = new double[2];
        Arrays.setAll(found, i -> trainer.accumulate(batch, fixture.objective(), batch.size()));
        losses.add(found);
        List<int[]> texts = List.of(batch.get(0).ids());
        assertThat(trainer.encode(texts).get(0)).containsExactly(trainer.encode(texts).get(0));
      }
    }
    Set<Double> different = new HashSet<>();
    losses.forEach(each -> Arrays.stream(each).forEach(different::add));
    assertThat(losses.get(0)).containsExactly(losses.get(1));
    assertThat(different).hasSize(4).doesNotContain(fixture.numbers("losses")[0]);
  }
}
