package dev.questream.weights;

import dev.questream.weights.OnnxGraph.Initializer;
import dev.questream.weights.OnnxGraph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names that the constants of an exported graph had in the state dict.
 *
 * <p>Exporters keep the names of biases, norms and embeddings. The weight of a linear layer often
 * becomes an anonymous matrix, transposed: {@code onnx::MatMul_123} of {@code torch.onnx}'s older
 * exporter and of optimum, {@code val_50} of the newer one. It is the weight of the layer whose
 * bias is added to its product. Without a bias it has the name of the node: {@code
 * /encoder/layer.0/attention/self/query/MatMul} multiplies by {@code
 * encoder.layer.0.attention.self.query.weight}.
 */
final class OnnxNames {
  private static final String BIAS = ".bias";
  private static final String WEIGHT = ".weight";
  private static final String MAT_MUL = "/MatMul";

  private static final Set<String> QUANTISED =
      Set.of(
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul",
          "MatMulInteger",
          "MatMulIntegerToFloat",
          "MatMulNBits",
          "QAttention",
          "QGemm",
          "QLinearMatMul",
          "QuantizeLinear");

  private final OnnxGraph graph;
  private final Map<String, Node> uses = new HashMap<>();
  private final Map<String, Named> tensors = new LinkedHashMap<>();

  /**
   * A constant under its name.
   *
   * @param transposed whether it lies with its dimensions exchanged
   */
  record Named(Initializer initializer, boolean transposed) {
    TensorShape shape() {
      TensorShape stored = initializer.shape();
      return transposed ? TensorShape.of(stored.dimension(1), stored.dimension(0)) : stored;
    }
  }

  private OnnxNames(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Names all weights of a graph; constants that are none are left out.
   *
   * @throws ModelException if the graph is quantised or fused, or its names are not unique
   */
  static Map<String, Named> of(OnnxGraph graph) {
    OnnxNames names = new OnnxNames(graph);
    graph.nodes().forEach(names::requireExported);
    graph.initializers().forEach(names::nameAsStored);
    graph.nodes().forEach(names::nameAlias);
    graph.nodes().forEach(names::noteUse);
    graph.nodes().forEach(names::nameWeight);
    return names.tensors;
  }

  private void requireExported(Node node) {
    if (QUANTISED.contains(node.operation())) {
      throw new ModelException(
          "it is quantised: int8 weights, as its %s show; use the float model"
              .formatted(node.operation()));
    }
    if (node.domain().equals("com.microsoft") && node.operation().endsWith("Attention")) {
      throw new ModelException(
          "it is optimised for ONNX Runtime, with %s in one node; use the model as it was exported"
              .formatted(node.operation()));
    }
  }

  /** A state dict's names have dots; those that an exporter makes up have none, or mark it. */
  private void nameAsStored(String name, Initializer initializer) {
    if (name.contains(".") && !name.startsWith("/") && !name.startsWith("onnx::")) {
      tensors.put(name, new Named(initializer, false));
    }
  }

  /** Constants of equal content are stored once; the others are its {@code Identity}. */
  private void nameAlias(Node node) {
    if (node.operation().equals("Identity")
        && node.inputs().size() == 1
        && node.outputs().size() == 1
        && graph.initializers().containsKey(node.inputs().get(0))) {
      nameAsStored(node.outputs().get(0), graph.initializers().get(node.inputs().get(0)));
    }
  }

  private void noteUse(Node node) {
    if (node.operation().equals("Add")) {
      node.inputs().forEach(input -> uses.put(input, node));
    }
  }

  private void nameWeight(Node node) {
    boolean matMul = node.operation().equals("MatMul") && node.inputs().size() == 2;
    boolean gemm = node.operation().equals("Gemm") && node.inputs().size() == 3;
    if (!matMul && !gemm) {
      return;
    }
    Initializer weight = graph.initializers().get(node.inputs().get(1));
    if (weight == null || weight.shape().rank() != 2) {
      return;
    }
    Optional<String> name = matMul ? ofProduct(node) : ofBias(node.inputs().get(2));
    name.or(() -> Optional.of(weight.name()).filter(tensors::containsKey))
        .ifPresent(found -> rename(weight, found, !node.transposesB()));
  }

  private Optional<String> ofProduct(Node matMul) {
    Node add = matMul.outputs().isEmpty() ? null : uses.get(matMul.outputs().get(0));
    return (add == null ? Optional.<String>empty() : biasOf(add))
        .or(
            () ->
                Optional.of(matMul.name())
                    .filter(name -> name.endsWith(MAT_MUL))
                    .map(OnnxNames::ofNode));
  }

  private Optional<String> biasOf(Node add) {
    return add.inputs().stream().flatMap(input -> ofBias(input).stream()).findFirst();
  }

  private Optional<String> ofBias(String input) {
    return Optional.of(input)
        .filter(name -> name.endsWith(BIAS) && tensors.containsKey(name))
        .map(name -> name.substring(0, name.length() - BIAS.length()) + WEIGHT);
  }

  private static String ofNode(String node) {
    String layer = node.substring(0, node.length() - MAT_MUL.length());
    return (layer.startsWith("/") ? layer.substring(1) : layer).replace('/', '.') + WEIGHT;
  }

  private void rename(Initializer weight, String name, boolean transposed) {
    if (!weight.name().endsWith(WEIGHT)) {
      tensors.remove(weight.name());
    }
    Named earlier = tensors.put(name, new Named(weight, transposed));
    if (earlier != null && earlier.initializer() != weight) {
      throw new ModelException(
          "%s and %s are both the weight %s; export the model again with its names"
              .formatted(earlier.initializer().name(), weight.name(), name));
    }
  }
}
