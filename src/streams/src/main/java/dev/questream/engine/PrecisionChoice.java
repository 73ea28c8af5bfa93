package dev.questream.engine;

import dev.questream.encoder.Precision;
import java.util.Locale;
import java.util.Optional;

/**
 * The precision that a user asks for.
 *
 * @param fixed the precision, or empty for {@code auto}: bfloat16 where the device multiplies it in
 *     hardware (else float16 on CUDA) and the {@link PrecisionGate} lets it pass, float32 otherwise
 */
public record PrecisionChoice(Optional<Precision> fixed) {
  /** The word that leaves the choice to the machine. */
  public static final String AUTO = "auto";

  /**
   * Reads {@code auto}, {@code fp32}, {@code bf16}, {@code fp16} or {@code int8}.
   *
   * @throws IllegalArgumentException for any other word
   */
  public static PrecisionChoice of(String word) {
    if (word.equals(AUTO)) {
      return new PrecisionChoice(Optional.empty());
    }
    return new PrecisionChoice(Optional.of(Precision.valueOf(word.toUpperCase(Locale.ROOT))));
  }

  /**
   * The precision that is tried first on the first of these devices.
   *
   * @throws dev.questream.weights.ModelException if CUDA is asked for and not there
   */
  public Precision preferred(DeviceChoice devices) {
    return fixed.orElseGet(() -> preferred(devices.resolve().get(0)));
  }

  /** The precision that is tried first there. */
  Precision preferred(ComputeDevice device) {
    return fixed.orElseGet(device::preferred);
  }
}
