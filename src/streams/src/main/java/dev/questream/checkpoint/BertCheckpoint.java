package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint read as a BERT encoder: its role, its dimensions, its tensors by their plain BERT
 * names.
 *
 * <p>The state-dict keys decide the role, not {@code config.json}: published passage encoders exist
 * whose config names the question class. The tensors decide the dimensions; a config that says
 * otherwise is reported.
 */
public final class BertCheckpoint {
  private static final Logger LOG = LoggerFactory.getLogger(BertCheckpoint.class);
  private static final int CUSTOMARY_HEAD_WIDTH = 64;

  /** Tensors that exports carry and the encoder does not use. */
  private static final Pattern UNUSED =
      Pattern.compile(
          "(.*\\.)?(embeddings\\.position_ids|pooler\\.dense\\.(weight|bias))|onnx::.*");

  private final Checkpoint checkpoint;
  private final StateDictLayout layout;
  private final BertConfig config;

  private BertCheckpoint(Checkpoint checkpoint, StateDictLayout layout, BertConfig config) {
    this.checkpoint = checkpoint;
    this.layout = layout;
    this.config = config;
  }

  /**
   * Recognises a checkpoint and checks that every tensor is there in its shape.
   *
   * @throws ModelException if it is no BERT encoder or a tensor is missing, unknown or misshaped
   */
  public static BertCheckpoint of(Checkpoint checkpoint, ModelConfig declared) {
    StateDictLayout layout = layout(checkpoint);
    BertConfig config = dimensions(checkpoint, layout, declared);
    BertCheckpoint bert = new BertCheckpoint(checkpoint, layout, config);
    bert.checkTensors();
    return bert;
  }

  private static StateDictLayout layout(Checkpoint checkpoint) {
    return StateDictLayout.of(checkpoint.names())
        .orElseThrow(
            () ->
                new ModelException(
                    "%s holds no BERT encoder: no tensor is named [prefix.]%s; it has %s"
                        .formatted(
                            checkpoint.file(),
                            BertTensors.WORD_EMBEDDINGS,
                            some(checkpoint.names()))));
  }

  private static BertConfig dimensions(
      Checkpoint checkpoint, StateDictLayout layout, ModelConfig declared) {
    int hidden = size(checkpoint, layout.storedName(BertTensors.WORD_EMBEDDINGS), 1);
    int layers = 0;
    while (checkpoint.names().contains(inLayer(layout, layers, "output.dense.weight"))) {
      layers++;
    }
    String projection = layout.storedName(BertTensors.PROJECTION + "weight");
    BertConfig found =
        new BertConfig(
            layers,
            hidden,
            declared.attentionHeads().orElseGet(() -> guessHeads(checkpoint, hidden)),
            rows(checkpoint, inLayer(layout, 0, "intermediate.dense.weight")),
            rows(checkpoint, layout.storedName(BertTensors.WORD_EMBEDDINGS)),
            rows(checkpoint, layout.storedName("embeddings.position_embeddings.weight")),
            checkpoint.names().contains(projection) ? rows(checkpoint, projection) : 0,
            declared.layerNormEpsilon());
    declared
        .contradictions(found)
        .forEach(said -> LOG.warn("{}: {}; the weights win", checkpoint.file(), said));
    return found;
  }

  private static int guessHeads(Checkpoint checkpoint, int hidden) {
    int heads = Math.max(1, hidden / CUSTOMARY_HEAD_WIDTH);
    LOG.warn(
        "{}: no config.json says how many attention heads there are; taking {} (heads of width {})",
        checkpoint.file(),
        heads,
        hidden / heads);
    return heads;
  }

  private static int rows(Checkpoint checkpoint, String name) {
    return size(checkpoint, name, 0);
  }

  private static int size(Checkpoint checkpoint, String name, int dimension) {
    if (!checkpoint.names().contains(name)) {
      throw new ModelException("%s: the tensor %s is missing".formatted(checkpoint.file(), name));
    }
    try {
      return checkpoint.shape(name).size(dimension);
    } catch (ModelException e) {
      throw new ModelException("%s: %s: %s".formatted(checkpoint.file(), name, e.getMessage()), e);
    }
  }

  private static String inLayer(StateDictLayout layout, int layer, String name) {
    return layout.storedName("encoder.layer." + layer + "." + name);
  }

  private void checkTensors() {
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(checkpoint.names());
    for (BertTensors.Expected expected : BertTensors.of(config)) {
      String name = layout.storedName(expected.name());
      unknown.remove(name);
      if (!checkpoint.names().contains(name)) {
        problems.add("missing " + name);
      } else if (!checkpoint.shape(name).equals(expected.shape())) {
        problems.add(
            "%s has shape %s, expected %s"
                .formatted(name, checkpoint.shape(name), expected.shape()));
      }
    }
    unknown.removeIf(name -> UNUSED.matcher(name).matches());
    unknown.forEach(name -> problems.add("unknown " + name));
    if (!problems.isEmpty()) {
      throw new ModelException(
          "%s does not fit a BERT encoder of %s: %s"
              .formatted(checkpoint.file(), config, some(problems)));
    }
  }

  private static String some(java.util.Collection<String> all) {
    String shown = String.join(", ", all.stream().limit(10).toList());
    return all.size() > 10 ? shown + " and " + (all.size() - 10) + " more" : shown;
  }

  /** The weight file. */
  public Path file() {
    return checkpoint.file();
  }

  /** What the state-dict keys say the encoder was trained for. */
  public EncoderRole role() {
    return layout.role();
  }

  /** The number format that the weights are stored in. */
  public ElementType storedType() {
    return read("encoder.layer.0.output.dense.weight").type();
  }

  public BertConfig config() {
    return config;
  }

  /** Reads a tensor by its plain BERT name, such as {@code encoder.layer.0.output.dense.weight}. */
  public Tensor read(String bertName) {
    return checkpoint.read(layout.storedName(bertName));
  }
}
