package dev.questream.torchscript;

import dev.questream.encoder.Precision;
import dev.questream.weights.ElementType;

/**
 * How a graph computes.
 *
 * @param precision what it is called in configuration and records
 * @param kernels who multiplies matrices
 */
public record GraphFormat(Precision precision, LinearKernels kernels) {

  /**
   * @throws IllegalArgumentException if the kernels do not multiply in that precision
   */
  public GraphFormat {
    if (!kernels.multiply(precision)) {
      throw new IllegalArgumentException(kernels + " do not multiply in " + precision.label());
    }
  }

  /** What the archive keeps the weights of linear layers and embeddings in. */
  ElementType matrices() {
    return switch (precision) {
      case FP32 -> ElementType.FLOAT32;
      case BF16 -> ElementType.BFLOAT16;
      case FP16, INT8 -> ElementType.FLOAT16;
    };
  }

  /** What biases, norms and everything between linear layers is kept and computed in. */
  ElementType states() {
    return kernels.fbgemm() ? ElementType.FLOAT32 : matrices();
  }

  /** The number that {@code c10::ScalarType} gives to the type of {@link #states()}. */
  String statesType() {
    return switch (states()) {
      case FLOAT16 -> "5";
      case FLOAT32 -> "6";
      case BFLOAT16 -> "15";
      default -> throw new IllegalStateException(states() + " is no type of weights");
    };
  }
}
