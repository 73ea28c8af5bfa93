package dev.questream.torchscript;

import dev.questream.checkpoint.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * The linear layers of a TorchScript class: their attributes, and the methods that multiply.
 *
 * <p>A set of layers with a name has the attributes {@code NAME_weight} and {@code NAME_bias},
 * lists with one entry for each layer. The class gets the methods
 *
 * <ul>
 *   <li>{@code dense(x, weight, bias)}, for one entry of each list;
 *   <li>{@code dense_gelu(x, weight, bias)}, GELU of the same;
 *   <li>{@code dense_add(x, weight, bias, other)}, the same and {@code other};
 *   <li>{@code pack(batch Tensor[rows])}, where {@link LinearKernels#packs()} says so, to be called
 *       once after loading with about as many rows as batches will have.
 * </ul>
 */
final class LinearLayers {
  private static final String WEIGHT = "_weight";
  private static final String BIAS = "_bias";

  /** Weights as they are stored, where kernels make objects of their own from them. */
  private static final String STORED = "_stored";

  /** What FBGEMM's packed weights are to TorchScript. */
  private static final String FBGEMM_LAYER =
      "__torch__.torch.classes.quantized.LinearPackedParamsBase";

  private static final String ATTRIBUTES =
      """
        $NAME_weight : List[$LAYER]
        $NAME_bias : List[Tensor]
      """;

  private static final String STORED_ATTRIBUTE =
      """
        $NAME_stored : List[Tensor]
      """;

  private static final String DENSE =
      """
        def dense(self: $CLASS, x: Tensor, weight: $LAYER, bias: Tensor) -> Tensor:
          return $LINEAR
      """;

  private static final String SEPARATE =
      """
        def dense_gelu(self: $CLASS, x: Tensor, weight: $LAYER, bias: Tensor) -> Tensor:
          return torch.gelu($LINEAR)
        def dense_add(self: $CLASS, x: Tensor, weight: $LAYER, bias: Tensor, other: Tensor) -> Tensor:
          return torch.add($LINEAR, other)
      """;

  private static final String FUSED =
      """
        def dense_gelu(self: $CLASS, x: Tensor, weight: $LAYER, bias: Tensor) -> Tensor:
          return ops.mkldnn._linear_pointwise(x, weight, bias, "gelu", [], "none")
        def dense_add(self: $CLASS, x: Tensor, weight: $LAYER, bias: Tensor, other: Tensor) -> Tensor:
          return ops.mkldnn._linear_pointwise(x, other, weight, bias, "add")
      """;

  /** Weights in oneDNN's layout, in place of the plain ones. */
  private static final String LAY =
      """
        def laid(self: $CLASS, plain: List[Tensor], rows: int) -> List[Tensor]:
          laid = annotate(List[Tensor], [])
          for i in range(torch.len(plain)):
            _0 = torch.append(laid, ops.mkldnn._reorder_linear_weight(plain[i], rows))
          return laid
        def pack(self: $CLASS, batch: Tensor) -> Tensor:
          rows = torch.size(batch, 0)
      """;

  private static final String LAY_ONE =
      """
          self.$NAME_weight = (self).laid(self.$NAME_weight, rows)
      """;

  /** Weights in FBGEMM's objects; the stored ones are let go. */
  private static final String PREPACK =
      """
        def prepacked(self: $CLASS, stored: List[Tensor], bias: List[Tensor]) -> List[$LAYER]:
          layers = annotate(List[$LAYER], [])
          for i in range(torch.len(stored)):
            weight = torch.to(stored[i], 6)
            $PREPACK
            _0 = torch.append(layers, layer)
          return layers
        def pack(self: $CLASS, batch: Tensor) -> Tensor:
      """;

  private static final String PREPACK_ONE =
      """
          self.$NAME_weight = (self).prepacked(self.$NAME_stored, self.$NAME_bias)
          self.$NAME_stored = annotate(List[Tensor], [])
      """;

  private static final String PACKED =
      """
          return batch
      """;

  private static final String PREPACK_FP16 =
      "layer = ops.quantized.linear_prepack_fp16(weight, bias[i])";

  /** Symmetric, with a scale for each output, as PyTorch's dynamic quantization does it. */
  private static final String PREPACK_INT8 =
      String.join(
          "\n      ",
          "greatest = torch.amax(torch.abs(weight), [1])",
          "scales = torch.clamp_min(torch.div(greatest, 127.), 1.0000000000000000e-12)",
          "zeros = torch.to(torch.zeros_like(scales), 4)",
          "quantized = torch.quantize_per_channel(weight, scales, zeros, 0, 12)",
          "layer = ops.quantized.linear_prepack(quantized, bias[i])");

  private final GraphFormat format;
  private final LinearKernels kernels;
  private final String className;
  private final List<String> names;

  /**
   * @param format of weights and products
   * @param className of the TorchScript class
   * @param names of the sets of layers
   */
  LinearLayers(GraphFormat format, String className, List<String> names) {
    this.format = format;
    this.kernels = format.kernels();
    this.className = className;
    this.names = names;
  }

  /** Finds the weight or the bias of one layer. */
  interface Part {
    /**
     * @param kind {@code weight} or {@code bias}
     */
    Tensor read(int layer, String kind);
  }

  /** Source of the attributes. */
  String attributes() {
    return fill(forEach(ATTRIBUTES) + (kernels.fbgemm() ? forEach(STORED_ATTRIBUTE) : ""));
  }

  /** Source of the methods. */
  String methods() {
    return fill(DENSE + (kernels == LinearKernels.ONEDNN_FUSED ? FUSED : SEPARATE) + pack());
  }

  private String pack() {
    if (kernels.fbgemm()) {
      return PREPACK + forEach(PREPACK_ONE) + PACKED;
    }
    return kernels.packs() ? LAY + forEach(LAY_ONE) + PACKED : "";
  }

  private String forEach(String template) {
    return names.stream()
        .map(name -> template.replace("$NAME", name))
        .collect(Collectors.joining());
  }

  private String fill(String template) {
    return template
        .replace("$LINEAR", product())
        .replace("$LAYER", kernels.fbgemm() ? FBGEMM_LAYER : "Tensor")
        .replace("$PREPACK", kernels == LinearKernels.FBGEMM_FP16 ? PREPACK_FP16 : PREPACK_INT8)
        .replace("$CLASS", "__torch__." + className);
  }

  private String product() {
    return switch (kernels) {
      case LIBTORCH -> "torch.linear(x, weight, bias)";
      case ONEDNN, ONEDNN_FUSED ->
          "ops.mkldnn._linear_pointwise(x, weight, bias, \"none\", [], \"\")";
      case FBGEMM_FP16 -> "ops.quantized.linear_dynamic_fp16(x, weight)";
      case FBGEMM_INT8 -> "ops.quantized.linear_dynamic(x, weight, False)";
      case FBGEMM_INT8_REDUCED -> "ops.quantized.linear_dynamic(x, weight, True)";
    };
  }

  /** Writes the attributes of one set; one tensor at a time is in memory. */
  void write(TorchScriptArchive archive, String name, int layers, Part part) throws IOException {
    IntFunction<Tensor> weight = layer -> part.read(layer, "weight");
    if (kernels.fbgemm()) {
      archive.list(name + WEIGHT, 0, weight, format.matrices());
      archive.list(name + STORED, layers, weight, format.matrices());
    } else {
      archive.list(name + WEIGHT, layers, weight, format.matrices());
    }
    archive.list(name + BIAS, layers, layer -> part.read(layer, "bias"), format.states());
  }
}
