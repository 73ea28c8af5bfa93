package dev.questream.torchscript;

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

  boolean oneDnn() {
    return this == ONEDNN || this == ONEDNN_FUSED;
  }

  boolean fbgemm() {
    return this == FBGEMM_FP16 || this == FBGEMM_INT8 || this == FBGEMM_INT8_REDUCED;
  }
}
