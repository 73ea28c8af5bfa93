package dev.questream.torchscript;

import dev.questream.encoder.Precision;

/**
 * Whose kernels multiply the matrices of linear layers, and how the weights lie in memory for them.
 */
public enum LinearKernels {
  /** libtorch's choice for weights as they were stored. Runs anywhere. */
  LIBTORCH,

  /** oneDNN, weights in its own layout. */
  ONEDNN,

  /** oneDNN, weights in its own layout, GELU and residual in the kernel. */
  ONEDNN_FUSED,

  /**
   * FBGEMM, weights in binary16, each widened when it is used: products, sums and activations are
   * float32. Reads half of what float32 reads from memory. For x86 processors with AVX2.
   */
  FBGEMM_FP16,

  /**
   * FBGEMM, weights in 8 bits with a scale for each output, activations in 8 bits with a scale for
   * each batch, which therefore has a little influence on every vector in it. For x86 processors
   * with AVX512-VNNI.
   */
  FBGEMM_INT8,

  /**
   * The same with activations in 7 bits, since AVX2 adds pairs of products in 16 bits, which 8
   * would overflow.
   */
  FBGEMM_INT8_REDUCED;

  /** Whether the archive has a method {@code pack} that has to be called once after loading. */
  public boolean packs() {
    return this != LIBTORCH;
  }

  /** Whether they multiply in that precision. */
  public boolean multiply(Precision precision) {
    return switch (this) {
      case LIBTORCH -> precision != Precision.INT8;
      case ONEDNN, ONEDNN_FUSED -> precision == Precision.FP32 || precision == Precision.BF16;
      case FBGEMM_FP16 -> precision == Precision.FP16;
      case FBGEMM_INT8, FBGEMM_INT8_REDUCED -> precision == Precision.INT8;
    };
  }

  boolean fbgemm() {
    return this == FBGEMM_FP16 || this == FBGEMM_INT8 || this == FBGEMM_INT8_REDUCED;
  }
}
