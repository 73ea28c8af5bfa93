package dev.questream.engine;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.GraphFormat;
import dev.questream.torchscript.LinearKernels;
import dev.questream.weights.ModelException;

/**
 * One device, and what it can do.
 *
 * @param djl what DJL calls it
 */
record ComputeDevice(Device djl) {
  /** Ampere, the first with bfloat16 in hardware. */
  private static final int BFLOAT16_CAPABILITY = 80;

  boolean isCuda() {
    return djl.isGpu();
  }

  /** The name in configuration: {@code cpu} or {@code cuda:N}. */
  String label() {
    return isCuda() ? "cuda:" + djl.getDeviceId() : "cpu";
  }

  /** What vectors may depend on: the kind of hardware. */
  String kind() {
    return isCuda() ? "CUDA " + capability() : Cpu.name();
  }

  /** The fastest precision that vectors usually survive. */
  Precision preferred() {
    if (isCuda()) {
      return capability() >= BFLOAT16_CAPABILITY ? Precision.BF16 : Precision.FP16;
    }
    return Cpu.multipliesBfloat16() ? Precision.BF16 : Precision.FP32;
  }

  /**
   * How a graph computes here in a precision.
   *
   * @throws ModelException if it cannot
   */
  GraphFormat format(Precision precision) {
    if (!isCuda()) {
      return new GraphFormat(precision, Cpu.kernels(precision));
    }
    if (precision == Precision.INT8) {
      throw new ModelException("int8 runs on the processor only; use another precision on CUDA");
    }
    return new GraphFormat(precision, LinearKernels.LIBTORCH);
  }

  /** Compute capability times ten, such as 90 for Hopper. */
  private int capability() {
    return Integer.parseInt(CudaUtils.getComputeCapability(djl.getDeviceId()));
  }
}
