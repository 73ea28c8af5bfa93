package dev.questream.torchscript;

import dev.questream.checkpoint.Activation;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.Output;
import dev.questream.checkpoint.Positions;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.encoder.Pooling;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An encoder as TorchScript source: {@code torchscript/encoder.py} for one configuration.
 *
 * <p>{@code forward(ids int64[T], positions int64[T], groups int64[G,2]) -> float32[B,
 * dimensions]}. The tokens of all texts are laid end to end, sorted so that texts of one length are
 * neighbours; row {@code g} of {@code groups} is (length, number of texts) of a run of equally long
 * texts. Output rows are in the order of the packed texts. The resource says how and why.
 */
final class EncoderGraph {
  static final String CLASS_NAME = "Encoder";

  /** Changes whenever the generated source or the attribute layout changes. */
  static final int VERSION = 8;

  private final EncoderConfig config;
  private final Output output;
  private final GraphFormat format;
  private final Purpose purpose;

  /**
   * What a graph is for.
   *
   * @param dropout in training
   * @param pairs whether ids say token types as well
   */
  record Purpose(Dropout dropout, boolean pairs) {
    static final Purpose TEXTS = new Purpose(Dropout.NONE, false);
    static final Purpose PAIRS = new Purpose(Dropout.NONE, true);

    static Purpose training(Dropout dropout) {
      return new Purpose(dropout, false);
    }
  }

  /** A graph that encodes texts. */
  EncoderGraph(EncoderConfig config, Output output, GraphFormat format) {
    this(config, output, format, Purpose.TEXTS);
  }

  EncoderGraph(EncoderConfig config, Output output, GraphFormat format, Purpose purpose) {
    this.config = config;
    this.output = output;
    this.format = format;
    this.purpose = purpose;
  }

  /** The source of the archive's {@code code/__torch__.py}. */
  String source() {
    return SourceTemplate.resource("encoder.py").source(options(), values())
        + new LinearLayers(format, config.variation().activation(), purpose.dropout()).source();
  }

  private Map<String, Boolean> options() {
    Positions positions = config.variation().positions();
    boolean distances = positions instanceof Positions.WithDistances;
    boolean rotary = positions instanceof Positions.Rotary;
    return Map.ofEntries(
        Map.entry("cls", output.firstTokenOnly()),
        Map.entry("weighted", output.pool().poolings().contains(Pooling.WEIGHTEDMEAN)),
        Map.entry("table", !rotary),
        Map.entry("padding", positions instanceof Positions.BehindPadding || distances),
        Map.entry("distances", distances),
        Map.entry("rotary", rotary),
        Map.entry("fusible", !rotary && !distances),
        Map.entry("prenorm", config.variation().preNorm()),
        Map.entry("gated", config.variation().gated()),
        Map.entry("dropout", purpose.dropout().hidden() > 0),
        Map.entry("types", purpose.pairs()));
  }

  private Map<String, String> values() {
    Map<String, String> values = new HashMap<>();
    values.put("HIDDEN", Integer.toString(config.hidden()));
    values.put("HEADS", Integer.toString(config.heads()));
    values.put("HEAD_WIDTH", Integer.toString(config.hidden() / config.heads()));
    values.put("INTERMEDIATE", Integer.toString(config.intermediate()));
    values.put("EPSILON", number(config.variation().layerNormEpsilon()));
    values.put("STATES", format.statesType());
    values.put("ACTIVATION", config.variation().activation().source());
    values.put("VOCABULARY", Integer.toString(config.vocabulary()));
    values.put("DROPOUT", purpose.dropout().ofStates());
    values.put("ATTENTION_DROPOUT", purpose.dropout().ofAttention());
    values.put("POOLED", pooled());
    values.put("OUTPUT", steps());
    Positions positions = config.variation().positions();
    values.put("PADDING", Integer.toString(padding(positions)));
    values.put("FURTHEST", Integer.toString(config.maxTokens() - 1));
    Positions.Rotary rotary =
        positions instanceof Positions.Rotary turned
            ? turned
            : new Positions.Rotary(1, 1, 0, List.of());
    values.put("THETA", number(rotary.theta()));
    values.put("LOCAL_THETA", number(rotary.localTheta()));
    values.put("REACH", Integer.toString(rotary.reach()));
    return values;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.17e", value);
  }

  private static int padding(Positions positions) {
    if (positions instanceof Positions.BehindPadding behind) {
      return behind.padding();
    }
    return positions instanceof Positions.WithDistances behind ? behind.padding() : 0;
  }

  /** The vectors of texts of one length, by their {@code states} [texts, length, hidden]. */
  private String pooled() {
    return output.pool().poolings().stream()
        .map(EncoderGraph::pooled)
        .collect(Collectors.joining(", "));
  }

  private static String pooled(Pooling pooling) {
    return switch (pooling) {
      case CLS -> "states.select(1, 0)";
      case MAX -> "torch.amax(states, [1])";
      case MEAN -> "torch.mean(states, [1])";
      case MEAN_SQRT_LEN_TOKENS -> "torch.sum(states, [1]) / (states.size(1) ** 0.5)";
      case WEIGHTEDMEAN -> "self.weighted_mean(states)";
      case LASTTOKEN -> "states.select(1, states.size(1) - 1)";
    };
  }

  /** What follows pooling. Linear layers compute in the format of states, norms in float32. */
  private String steps() {
    StringBuilder lines = new StringBuilder();
    int dense = 0;
    for (SentenceModule step : output.steps()) {
      if (step instanceof SentenceModule.Dense layer) {
        lines.append("    y = self.dense[%d].forward(y)%n".formatted(dense++));
        if (layer.activation() != Activation.IDENTITY) {
          lines.append("    y = %s%n".formatted(layer.activation().source()));
        }
      } else if (step instanceof SentenceModule.Normalize) {
        lines.append("    y = y.to(6)\n");
        lines.append("    y = y / torch.clamp_min(torch.norm(y, 2, [1], True), 1e-12)\n");
      }
    }
    return lines
        .append("    return y.to(6).cpu()")
        .toString()
        .replace(System.lineSeparator(), "\n");
  }
}
