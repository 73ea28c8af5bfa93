package dev.questream.torchscript;

import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.Pooling;
import java.util.Locale;
import java.util.Map;

/**
 * The BERT encoder as TorchScript source: {@code torchscript/encoder.py} for one configuration.
 *
 * <p>{@code forward(ids int64[T], positions int64[T], groups int64[G,2]) -> float32[B,
 * dimensions]}. The tokens of all texts are laid end to end, sorted so that texts of one length are
 * neighbours; row {@code g} of {@code groups} is (length, number of texts) of a run of equally long
 * texts. Output rows are in the order of the packed texts. The resource says how and why.
 */
final class BertGraph {
  static final String CLASS_NAME = "Encoder";

  /** Changes whenever the generated source or the attribute layout changes. */
  static final int VERSION = 6;

  private BertGraph() {}

  /** The source of the archive's {@code code/__torch__.py}. */
  static String source(BertConfig config, Pooling pooling, boolean normalized, GraphFormat format) {
    Map<String, Boolean> options =
        Map.of(
            "cls",
            pooling == Pooling.CLS,
            "projection",
            config.projection() > 0,
            "normalized",
            normalized);
    Map<String, String> values =
        Map.of(
            "HIDDEN", Integer.toString(config.hidden()),
            "HEADS", Integer.toString(config.heads()),
            "HEAD_WIDTH", Integer.toString(config.hidden() / config.heads()),
            "EPSILON", String.format(Locale.ROOT, "%.17e", config.layerNormEpsilon()),
            "STATES", format.statesType());
    return SourceTemplate.resource("encoder.py").source(options, values)
        + new LinearLayers(format).source();
  }
}
