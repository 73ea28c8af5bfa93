package dev.questream.torchscript;

import dev.questream.checkpoint.Activation;
import dev.questream.checkpoint.Dropout;
import dev.questream.weights.Tensor;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Linear layers as objects of the TorchScript class {@code Linear} ({@code torchscript/linear.py}).
 *
 * <p>The class has the methods
 *
 * <ul>
 *   <li>{@code forward(x)};
 *   <li>{@code activated(x)}, the activation of the same;
 *   <li>{@code add(x, other)}, the same and {@code other};
 *   <li>{@code pack(rows)}, to be called once after loading, with about as many rows as batches
 *       will have, where {@link LinearKernels#packs()} says so.
 * </ul>
 */
final class LinearLayers {
  private static final String CLASS_NAME = "Linear";

  private final GraphFormat format;
  private final Activation activation;
  private final Dropout dropout;

  LinearLayers(GraphFormat format, Activation activation) {
    this(format, activation, Dropout.NONE);
  }

  /** Those of an encoder in training. */
  LinearLayers(GraphFormat format, Activation activation, Dropout dropout) {
    this.format = format;
    this.activation = activation;
    this.dropout = dropout;
  }

  /** Finds the weight or the bias of a layer. */
  interface Part {
    /** The tensor of that kind: {@code weight} or {@code bias}. */
    Tensor read(String kind);
  }

  /** The source of the class. */
  String source() {
    LinearKernels kernels = format.kernels();
    return SourceTemplate.resource("linear.py")
        .source(
            Map.of(
                "onednn",
                kernels == LinearKernels.ONEDNN || kernels == LinearKernels.ONEDNN_FUSED,
                "fused",
                kernels == LinearKernels.ONEDNN_FUSED,
                "fused_gelu",
                kernels == LinearKernels.ONEDNN_FUSED && activation == Activation.GELU,
                "fbgemm",
                kernels.fbgemm(),
                "int8",
                kernels.fbgemm() && kernels != LinearKernels.FBGEMM_FP16,
                "reduced",
                kernels == LinearKernels.FBGEMM_INT8_REDUCED,
                "dropout",
                dropout.hidden() > 0),
            Map.of("ACTIVATION", activation.source(), "DROPOUT", dropout.ofStates()));
  }

  /** Writes an attribute that holds one layer; one tensor at a time is in memory. */
  void write(TorchScriptArchive archive, String attribute, Part part) throws IOException {
    archive.object(attribute, CLASS_NAME, content(archive, part));
  }

  /** Writes an attribute that holds a list of layers. */
  void write(TorchScriptArchive archive, String attribute, int size, IntFunction<Part> part)
      throws IOException {
    archive.objects(attribute, CLASS_NAME, size, layer -> content(archive, part.apply(layer)));
  }

  private TorchScriptArchive.Attributes content(TorchScriptArchive archive, Part part) {
    return () -> {
      archive.tensor("weight", part.read("weight"), format.matrices());
      archive.tensor("bias", part.read("bias"), format.states());
      if (format.kernels().fbgemm()) {
        archive.none("packed");
      }
    };
  }
}
