package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint read as an encoder: its family, its role, its dimensions, its tensors by the names
 * that its family gives them, and what becomes of its token states.
 *
 * <p>The state-dict keys decide the role, not {@code config.json}: published passage encoders exist
 * whose config names the question class. The tensors decide the dimensions; a config that says
 * otherwise is reported.
 */
public final class EncoderCheckpoint {
  private static final Logger LOG = LoggerFactory.getLogger(EncoderCheckpoint.class);

  /**
   * Heads by width, where every published encoder of these families has as many: BERT-base and
   * -large, all DPR encoders, and what was trained from them. Narrower ones have heads of 32, 26 or
   * 64 numbers, and no tensor tells which.
   */
  private static final Map<Integer, Integer> HEADS_BY_WIDTH = Map.of(768, 12, 1024, 16);

  private final StateDict weights;
  private final Family family;
  private final TensorNames names;
  private final EncoderConfig config;
  private final Output output;

  private EncoderCheckpoint(
      StateDict weights, Family family, ModelConfig declared, List<SentenceModule> modules) {
    this.weights = weights;
    this.family = family;
    this.names = family.names(declared);
    this.config = read(declared);
    this.output = Output.of(modules, config.hidden(), projection());
  }

  /**
   * Recognises a checkpoint and checks that every tensor is there in its shape.
   *
   * @param modules what becomes of the token states
   * @throws ModelException if it is no encoder of a known family, or a tensor is missing, unknown
   *     or misshaped
   */
  public static EncoderCheckpoint of(
      StateDict weights, ModelConfig declared, List<SentenceModule> modules) {
    EncoderCheckpoint found =
        new EncoderCheckpoint(weights, Families.of(declared, weights), declared, modules);
    TensorCheck.of(found.weights, found.family, found.names, found.config);
    return found;
  }

  private EncoderConfig read(ModelConfig declared) {
    String words = names.words() + ".weight";
    int hidden = size(words, 1);
    int layers = 0;
    while (has(names.in(layers, names.layer().down()))) {
      layers++;
    }
    if (layers == 0) {
      throw new ModelException(
          "%s holds no layer of a %s encoder: the tensor %s is missing"
              .formatted(
                  weights.file(),
                  family.label(),
                  weights.storedName(names.in(0, names.layer().down()) + ".weight")));
    }
    EncoderConfig.Variation variation = family.variation(declared, layers);
    int rows = names.positions().map(table -> size(table + ".weight", 0)).orElse(0);
    EncoderConfig found =
        new EncoderConfig(
            layers,
            hidden,
            declared.attentionHeads().orElseGet(() -> customaryHeads(hidden)),
            size(names.in(0, names.layer().up()) + ".weight", 0) / (variation.gated() ? 2 : 1),
            size(words, 0),
            family.maxTokens(declared, rows),
            variation);
    declared
        .contradictions(found, rows, projection().map(SentenceModule.Dense::out).orElse(0))
        .forEach(said -> LOG.warn("{}: {}; the weights win", weights.file(), said));
    return found;
  }

  private boolean has(String part) {
    return weights.names().contains(part + ".weight");
  }

  private int customaryHeads(int hidden) {
    Integer heads = HEADS_BY_WIDTH.get(hidden);
    if (heads == null) {
      throw new ModelException(
          "%s: no config.json says how many attention heads share the width %d, and the vectors of a guess would be wrong; put the model's config.json (num_attention_heads) beside the weights"
              .formatted(weights.file(), hidden));
    }
    LOG.info(
        "{}: no config.json says how many attention heads there are; encoders of width {} have {}",
        weights.file(),
        hidden,
        heads);
    return heads;
  }

  private int size(String name, int dimension) {
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

  private Optional<SentenceModule.Dense> projection() {
    if (!has(TensorNames.PROJECTION)) {
      return Optional.empty();
    }
    String weight = TensorNames.PROJECTION + ".weight";
    size(TensorNames.PROJECTION + ".bias", 0);
    if (weights.shape(weight).rank() != 2 || size(weight, 0) < 1) {
      throw new ModelException(
          "%s: %s has shape %s, expected a matrix"
              .formatted(weights.file(), weights.storedName(weight), weights.shape(weight)));
    }
    return Optional.of(
        new SentenceModule.Dense(
            weights.read(weight),
            weights.read(TensorNames.PROJECTION + ".bias"),
            Activation.IDENTITY));
  }

  /** The weight file. */
  public Path file() {
    return weights.file();
  }

  /** The name of its family, such as {@code BERT}. */
  public String family() {
    return family.label();
  }

  /** What the state-dict keys say the encoder was trained for. */
  public EncoderRole role() {
    return weights.role();
  }

  /** The number format that the weights are stored in. */
  public ElementType storedType() {
    return weights.read(names.in(0, names.layer().down()) + ".weight").type();
  }

  public EncoderConfig config() {
    return config;
  }

  /** What becomes of the token states. */
  public Output output() {
    return output;
  }

  /** How its family names its tensors. */
  public TensorNames names() {
    return names;
  }

  /** Reads the embedding with a row for each word. */
  public Tensor words() {
    return weights.read(names.words() + ".weight");
  }

  /** Reads the table of positions, if there is one. */
  public Optional<Tensor> positions() {
    return names.positions().map(table -> weights.read(table + ".weight"));
  }

  /** Reads what is added to every word: the embedding of token type 0, or zeros. */
  public Tensor tokenType() {
    return names
        .tokenTypes()
        .map(table -> firstRow(weights.read(table + ".weight")))
        .orElseGet(() -> zeros("token type", config.hidden()));
  }

  /** Reads the embedding with a row for each token type; one row where there is no table. */
  public Tensor tokenTypes() {
    return names
        .tokenTypes()
        .map(table -> weights.read(table + ".weight"))
        .orElseGet(() -> asRow(zeros("token type", config.hidden())));
  }

  private static Tensor asRow(Tensor vector) {
    TensorShape row = TensorShape.of(1, vector.shape().elements());
    return new Tensor(vector.name(), vector.type(), row, vector.data());
  }

  /** What attention adds by the distance of two tokens, if anything. */
  public Optional<Tensor> distances() {
    return family.distances(weights, config);
  }

  /**
   * Reads the weight or the bias of a linear layer or norm; zeros where the family has no bias.
   *
   * @param kind {@code weight} or {@code bias}
   */
  public Tensor read(String name, String kind) {
    String whole = name + "." + kind;
    return kind.equals("bias") && !weights.names().contains(whole)
        ? zeros(whole, weights.shape(name + ".weight").size(0))
        : weights.read(whole);
  }

  /**
   * The name in the file of the weight or the bias of a linear layer, norm or table; empty where
   * there is none.
   */
  public Optional<String> storedName(String name, String kind) {
    String whole = name + "." + kind;
    return weights.names().contains(whole)
        ? Optional.of(weights.storedName(whole))
        : Optional.empty();
  }

  /** The name of the checkpoint's own output projection, if there is one. */
  public Optional<String> projectionName() {
    return has(TensorNames.PROJECTION) ? Optional.of(TensorNames.PROJECTION) : Optional.empty();
  }

  private static Tensor firstRow(Tensor matrix) {
    long width = matrix.shape().dimension(1);
    int bytes = Math.toIntExact(width * matrix.type().bytes());
    return new Tensor(
        matrix.name(), matrix.type(), TensorShape.of(width), matrix.data().slice(0, bytes));
  }

  static Tensor zeros(String name, int size) {
    return new Tensor(
        name,
        ElementType.FLOAT32,
        TensorShape.of(size),
        ByteBuffer.allocate(Math.multiplyExact(size, Float.BYTES)));
  }
}
