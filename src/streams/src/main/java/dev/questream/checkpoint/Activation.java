package dev.questream.checkpoint;

import dev.questream.weights.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A function between two linear layers.
 *
 * <p>Each row: the function of the tensor {@code y} as TorchScript, the names that {@code
 * config.json} has for it ({@code transformers.activations.ACT2FN}), and the classes that a Dense
 * module of sentence-transformers has for it.
 */
public enum Activation {
  GELU("torch.gelu(y)", List.of("gelu", "gelu_python"), List.of("GELU", "GELUActivation")),
  GELU_TANH(
      "torch.gelu(y, approximate=\"tanh\")",
      List.of("gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"),
      List.of("NewGELUActivation", "GELUTanh", "FastGELUActivation", "AccurateGELUActivation")),
  GELU_10("torch.clamp(torch.gelu(y), -10., 10.)", List.of("gelu_10"), List.of()),
  QUICK_GELU("y * torch.sigmoid(y * 1.702)", List.of("quick_gelu"), List.of("QuickGELUActivation")),
  RELU("torch.relu(y)", List.of("relu"), List.of("ReLU")),
  RELU2("torch.square(torch.relu(y))", List.of("relu2"), List.of("ReLUSquaredActivation")),
  RELU6("torch.clamp(y, 0., 6.)", List.of("relu6"), List.of("ReLU6")),
  LEAKY_RELU("torch.leaky_relu(y, 0.01)", List.of("leaky_relu"), List.of("LeakyReLU")),
  SILU("torch.silu(y)", List.of("silu", "swish"), List.of("SiLU", "SiLUActivation")),
  MISH("torch.mish(y)", List.of("mish"), List.of("Mish", "MishActivation")),
  TANH("torch.tanh(y)", List.of("tanh"), List.of("Tanh")),
  SIGMOID("torch.sigmoid(y)", List.of("sigmoid"), List.of("Sigmoid")),
  IDENTITY("y", List.of("linear"), List.of("Identity", "LinearActivation"));

  private final String source;
  private final List<String> names;
  private final List<String> classes;

  Activation(String source, List<String> names, List<String> classes) {
    this.source = source;
    this.names = names;
    this.classes = classes;
  }

  /** The function of the tensor {@code y}, as TorchScript. */
  public String source() {
    return source;
  }

  /**
   * By its name in {@code config.json}.
   *
   * @param file that names it, for the message
   * @throws ModelException if it is not supported
   */
  static Activation named(String name, String file) {
    return find(name, name, activation -> activation.names, file);
  }

  /**
   * By its Python class, such as {@code torch.nn.modules.activation.Tanh}.
   *
   * @param file that names it, for the message
   * @throws ModelException if it is not supported
   */
  static Activation ofClass(String name, String file) {
    String simple = name.substring(name.lastIndexOf('.') + 1);
    return find(simple, name, activation -> activation.classes, file);
  }

  private static Activation find(
      String wanted, String written, Function<Activation, List<String>> names, String file) {
    return Arrays.stream(values())
        .filter(activation -> names.apply(activation).contains(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "%s asks for the activation %s; supported are %s"
                        .formatted(
                            file,
                            written,
                            Arrays.stream(values())
                                .flatMap(activation -> names.apply(activation).stream())
                                .collect(Collectors.joining(", ")))));
  }
}
