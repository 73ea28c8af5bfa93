package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.checkpoint.StateDict;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.checkpoint.TinyCheckpoint.Layout;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Pooling;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.EncoderArchive;
import dev.questream.torchscript.GraphFormat;
import dev.questream.torchscript.LinearKernels;
import dev.questream.weights.Checkpoint;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every variation of the graph compiles, and computes the same where the processor can run it. */
class GraphFormatTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final GraphFormat EXACT = new GraphFormat(Precision.FP32, LinearKernels.LIBTORCH);
  private static final List<int[]> TEXTS =
      List.of(new int[] {2, 70, 3}, new int[] {2, 80, 81, 3}, new int[] {2, 90, 3}, new int[] {2});

  @TempDir Path folder;

  static Stream<GraphFormat> formats() {
    return Arrays.stream(LinearKernels.values())
        .flatMap(
            kernels ->
                Arrays.stream(Precision.values())
                    .filter(kernels::multiply)
                    .map(precision -> new GraphFormat(precision, kernels)));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void shouldCompileAndComputeTheSame(GraphFormat format) throws Exception {
    for (int projection : new int[] {0, 16}) {
      TinyCheckpoint tiny = TinyCheckpoint.random(Layout.QUESTION, SEED);
      TinyModelFolder.dpr(folder, projection > 0 ? tiny.projection(projection) : tiny);
      for (Pooling pooling : List.of(Pooling.CLS, Pooling.MEAN)) {
        SentenceModule pool = SentenceModule.Pool.of(pooling);
        for (List<SentenceModule> modules :
            List.of(List.of(pool), List.of(pool, new SentenceModule.Normalize()))) {
          List<float[]> found = encode(format, modules);
          if (!found.isEmpty()) {
            assertThat(PrecisionGate.worstCosine(encode(EXACT, modules), found))
                .as("seed %d, %s, %s", SEED, format, pooling)
                .isGreaterThan(format.precision() == Precision.INT8 ? 0.95 : 0.99);
          }
        }
      }
    }
  }

  /** The vectors of some texts, or none where this processor cannot multiply in that format. */
  private List<float[]> encode(GraphFormat format, List<SentenceModule> modules) throws Exception {
    write(format, modules);
    try (Model model = Model.newInstance("graph", Device.cpu(), "PyTorch")) {
      model.load(folder, "graph", Map.of("mapLocation", "true"));
      if (!runsHere(format)) {
        return List.of();
      }
      if (format.kernels().packs()) {
        Graphs.switchOn(model, "pack", 16);
      }
      PackedBatch batch = PackedBatch.of(TEXTS);
      try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
          NDManager manager = model.getNDManager().newSubManager()) {
        NDList input =
            new NDList(
                manager.create(batch.ids()),
                manager.create(batch.positions()),
                manager.create(batch.groups(), new Shape(batch.groups().length / 2, 2)));
        float[] output = predictor.predict(input).singletonOrThrow().toFloatArray();
        return batch.unpack(output, output.length / TEXTS.size());
      }
    }
  }

  private void write(GraphFormat format, List<SentenceModule> modules) throws Exception {
    PublishedModel tiny = PublishedModel.in(folder);
    try (OutputStream out = Files.newOutputStream(folder.resolve("graph.pt"))) {
      EncoderArchive.write(
          EncoderCheckpoint.of(
              StateDict.of(
                  Checkpoint.open(folder.resolve("model.safetensors")), EncoderRole.QUESTION),
              tiny.config(),
              modules),
          format,
          out);
    }
  }

  private static boolean runsHere(GraphFormat format) {
    return switch (format.kernels()) {
      case LIBTORCH -> true;
      case ONEDNN, ONEDNN_FUSED -> format.precision() == Precision.FP32 || Cpu.multipliesBfloat16();
      case FBGEMM_FP16 -> Cpu.widensFloat16();
      case FBGEMM_INT8 -> Cpu.kernels(Precision.INT8) == LinearKernels.FBGEMM_INT8;
      case FBGEMM_INT8_REDUCED -> Cpu.multipliesInt8();
    };
  }
}
