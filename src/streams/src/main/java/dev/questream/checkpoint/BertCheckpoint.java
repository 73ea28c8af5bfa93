package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
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
  private static final String WORD_EMBEDDINGS = "embeddings.word_embeddings.weight";
  private static final int CUSTOMARY_HEAD_WIDTH = 64;

  /** Tensors that exports carry and the encoder does not use. */
  private static final Pattern UNUSED =
      Pattern.compile(
          "(.*\\.)?(embeddings\\.position_ids|pooler\\.dense\\.(weight|bias))|onnx::.*");

  private final Checkpoint checkpoint;
  private final Layout layout;
  private final BertConfig config;

  private enum Layout {
    DPR_QUESTION(
        "question_encoder.bert_model.", "question_encoder.encode_proj.", EncoderRole.QUESTION),
    DPR_PASSAGE("ctx_encoder.bert_model.", "ctx_encoder.encode_proj.", EncoderRole.PASSAGE),
    BERT_PREFIXED("bert.", "encode_proj.", EncoderRole.UNIVERSAL),
    BERT("", "encode_proj.", EncoderRole.UNIVERSAL);

    private final String prefix;
    private final String projection;
    private final EncoderRole role;

    Layout(String prefix, String projection, EncoderRole role) {
      this.prefix = prefix;
      this.projection = projection;
      this.role = role;
    }
  }

  private BertCheckpoint(Checkpoint checkpoint, Layout layout, BertConfig config) {
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
    Layout layout = layout(checkpoint);
    BertConfig config = dimensions(checkpoint, layout, declared);
    BertCheckpoint bert = new BertCheckpoint(checkpoint, layout, config);
    bert.checkTensors();
    return bert;
  }

  private static Layout layout(Checkpoint checkpoint) {
    for (Layout layout : Layout.values()) {
      if (checkpoint.names().contains(layout.prefix + WORD_EMBEDDINGS)) {
        return layout;
      }
    }
    throw new ModelException(
        "%s holds no BERT encoder: no tensor is named [prefix.]%s; it has %s"
            .formatted(checkpoint.file(), WORD_EMBEDDINGS, some(checkpoint.names())));
  }

  private static BertConfig dimensions(Checkpoint checkpoint, Layout layout, ModelConfig declared) {
    int hidden = size(checkpoint, layout.prefix + WORD_EMBEDDINGS, 1);
    int layers = 0;
    while (checkpoint.names().contains(layerPrefix(layout, layers) + "output.dense.weight")) {
      layers++;
    }
    String projection = layout.projection + "weight";
    BertConfig found =
        new BertConfig(
            layers,
            hidden,
            declared.attentionHeads().orElseGet(() -> guessHeads(checkpoint, hidden)),
            rows(checkpoint, layerPrefix(layout, 0) + "intermediate.dense.weight"),
            rows(checkpoint, layout.prefix + WORD_EMBEDDINGS),
            rows(checkpoint, layout.prefix + "embeddings.position_embeddings.weight"),
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

  private static String layerPrefix(Layout layout, int layer) {
    return layout.prefix + "encoder.layer." + layer + ".";
  }

  private void checkTensors() {
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(checkpoint.names());
    for (BertTensors.Expected expected : BertTensors.of(config)) {
      String name = storedName(expected.name());
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

  private String storedName(String bertName) {
    return bertName.startsWith(BertTensors.PROJECTION)
        ? layout.projection + bertName.substring(BertTensors.PROJECTION.length())
        : layout.prefix + bertName;
  }

  /** What the state-dict keys say the encoder was trained for. */
  public EncoderRole role() {
    return layout.role;
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
    return checkpoint.read(storedName(bertName));
  }
}
