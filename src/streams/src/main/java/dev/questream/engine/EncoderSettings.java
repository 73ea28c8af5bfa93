package dev.questream.engine;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Truncation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How to open a model.
 *
 * @param model bundled name or folder
 * @param role what the encoder is asked to encode: questions or passages
 * @param precision the precision, or {@code auto}
 * @param minCosine under this worst cosine to float32 on the probe texts a lower precision is
 *     refused
 * @param prefix put before every text; empty takes what the model's authors recommend for the role
 * @param cache folder of imported models
 * @param truncation what becomes of texts that are too long
 * @param devices where the model runs
 * @param callThreads threads that a small batch may use on the processor while no other runs; 1 or
 *     more
 */
public record EncoderSettings(
    String model,
    EncoderRole role,
    PrecisionChoice precision,
    double minCosine,
    Optional<String> prefix,
    Path cache,
    Truncation truncation,
    DeviceChoice devices,
    int callThreads) {

  /** Settings that leave out the end of texts that are too long, on the processor. */
  public EncoderSettings(
      String model,
      EncoderRole role,
      PrecisionChoice precision,
      double minCosine,
      Optional<String> prefix,
      Path cache) {
    this(
        model,
        role,
        precision,
        minCosine,
        prefix,
        cache,
        Truncation.TRUNCATE_TAIL,
        DeviceChoice.cpu(),
        1);
  }
}
