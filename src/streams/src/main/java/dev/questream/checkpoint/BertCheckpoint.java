package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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

  private final StateDict weights;
  private final BertConfig config;

  private BertCheckpoint(StateDict weights, BertConfig config) {
    this.weights = weights;
    this.config = config;
  }

  /**
   * Recognises a checkpoint and checks that every tensor is there in its shape.
   *
   * @throws ModelException if it is no BERT encoder or a tensor is missing, unknown or misshaped
   */
  public static BertCheckpoint of(StateDict weights, ModelConfig declared) {
    BertCheckpoint bert = new BertCheckpoint(weights, dimensions(weights, declared));
    bert.checkTensors();
    return bert;
  }

  private static BertConfig dimensions(StateDict weights, ModelConfig declared) {
    int hidden = size(weights, BertTensors.WORD_EMBEDDINGS, 1);
    int layers = 0;
    while (weights.names().contains(inLayer(layers, "output.dense.weight"))) {
      layers++;
    }
    String projection = BertTensors.PROJECTION + "weight";
    BertConfig found =
        new BertConfig(
            layers,
            hidden,
            declared.attentionHeads().orElseGet(() -> guessHeads(weights, hidden)),
            rows(weights, inLayer(0, "intermediate.dense.weight")),
            rows(weights, BertTensors.WORD_EMBEDDINGS),
            rows(weights, "embeddings.position_embeddings.weight"),
            weights.names().contains(projection) ? rows(weights, projection) : 0,
            declared.layerNormEpsilon());
    declared
        .contradictions(found)
        .forEach(said -> LOG.warn("{}: {}; the weights win", weights.file(), said));
    return found;
  }

  private static int guessHeads(StateDict weights, int hidden) {
    int heads = Math.max(1, hidden / CUSTOMARY_HEAD_WIDTH);
    LOG.warn(
        "{}: no config.json says how many attention heads there are; taking {} (heads of width {})",
        weights.file(),
        heads,
        hidden / heads);
    return heads;
  }

  private static int rows(StateDict weights, String name) {
    return size(weights, name, 0);
  }

  private static int size(StateDict weights, String name, int dimension) {
    String stored = weights.storedName(name);
    if (!weights.names().contains(name)) {
      throw new ModelException("%s: the tensor %s is missing".formatted(weights.file(), stored));
    }
    try {
      return weights.shape(name).size(dimension);
    } catch (ModelException e) {
      throw new ModelException("%s: %s: %s".formatted(weights.file(), stored, e.getMessage()), e);
    }
  }

  private static String inLayer(int layer, String name) {
    return "encoder.layer." + layer + "." + name;
  }

  private void checkTensors() {
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(weights.names());
    for (BertTensors.Expected expected : BertTensors.of(config)) {
      String name = expected.name();
      unknown.remove(name);
      if (!weights.names().contains(name)) {
        problems.add("missing " + weights.storedName(name));
      } else if (!weights.shape(name).equals(expected.shape())) {
        problems.add(
            "%s has shape %s, expected %s"
                .formatted(weights.storedName(name), weights.shape(name), expected.shape()));
      }
    }
    unknown.forEach(name -> problems.add("unknown " + weights.storedName(name)));
    if (!problems.isEmpty()) {
      throw new ModelException(
          "%s does not fit a BERT encoder of %s: %s"
              .formatted(weights.file(), config, some(problems)));
    }
  }

  private static String some(java.util.Collection<String> all) {
    String shown = String.join(", ", all.stream().limit(10).toList());
    return all.size() > 10 ? shown + " and " + (all.size() - 10) + " more" : shown;
  }

  /** The weight file. */
  public Path file() {
    return weights.file();
  }

  /** What the state-dict keys say the encoder was trained for. */
  public EncoderRole role() {
    return weights.role();
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
    return weights.read(bertName);
  }
}
