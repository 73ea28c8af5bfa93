package dev.questream.engine;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.Truncation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a model is opened.
 *
 * @param role what the encoder is asked to encode: questions or passages
 * @param text what is done to a text before it is encoded
 * @param arithmetic how numbers are kept and multiplied
 * @param compute where the model runs
 * @param cache folder of imported models
 */
public record EngineSettings(
    EncoderRole role, Text text, Arithmetic arithmetic, Compute compute, Path cache) {

  /**
   * What is done to a text.
   *
   * @param prefix put before it; empty takes what the model's authors recommend for the role
   * @param template of passages with a title; empty takes that of the model's kind
   * @param truncation what becomes of texts that are too long
   */
  public record Text(
      Optional<String> prefix, Optional<PassageTemplate> template, Truncation truncation) {
    /** What the authors recommend; the end of texts that are too long is left out. */
    public static final Text RECOMMENDED = new Text(Optional.empty(), Truncation.TRUNCATE_TAIL);

    /** With the template of the model's kind. */
    public Text(Optional<String> prefix, Truncation truncation) {
      this(prefix, Optional.empty(), truncation);
    }
  }

  /**
   * How numbers are kept and multiplied.
   *
   * @param precision the precision, or {@code auto}
   * @param minCosine under this worst cosine to float32 on the probe texts a lower precision is
   *     refused
   */
  public record Arithmetic(PrecisionChoice precision, double minCosine) {}

  /**
   * Where the model runs.
   *
   * @param callThreads threads that a small batch may use on the processor while no other runs; 1
   *     or more
   */
  public record Compute(DeviceChoice devices, int callThreads) {
    /** The processor, each batch on one thread. */
    public static final Compute CPU = new Compute(DeviceChoice.cpu(), 1);
  }
}
