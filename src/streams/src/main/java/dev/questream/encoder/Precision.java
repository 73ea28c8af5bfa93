package dev.questream.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The number format of weights and matrix products. Vectors leave the encoder as float32.
 *
 * <p>{@link #FP16} on the processor is the format of weights alone, products are float32 there;
 * {@link #INT8} weights have a scale for each output, and activations one for each batch.
 */
public enum Precision {
  FP32,
  BF16,
  FP16,
  INT8;

  /** The one with a {@link #label}. */
  public static Precision of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** The name in configuration and records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Precision::label).toList();
  }
}
