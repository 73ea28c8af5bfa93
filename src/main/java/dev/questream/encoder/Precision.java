package dev.questream.encoder;

import java.util.Locale;

/** The number format of weights and matrix products. Vectors leave the encoder as float32. */
public enum Precision {
  FP32,
  BF16,
  FP16;

  /** The name in configuration and records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
