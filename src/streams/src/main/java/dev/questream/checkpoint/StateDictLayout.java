package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * How published checkpoints name the tensors of an encoder, and what that says of its role.
 *
 * <p>Rows are tried in this order. A family with BERT's graph under other names is another row; one
 * with another graph also needs its own list of tensors beside {@link BertTensors} and its own
 * archive beside {@code torchscript.BertArchive}.
 */
enum StateDictLayout {
  DPR_QUESTION(
      "question_encoder.bert_model.", "question_encoder.encode_proj.", EncoderRole.QUESTION),
  DPR_PASSAGE("ctx_encoder.bert_model.", "ctx_encoder.encode_proj.", EncoderRole.PASSAGE),
  BERT_PREFIXED("bert.", BertTensors.PROJECTION, EncoderRole.UNIVERSAL),
  BERT("", BertTensors.PROJECTION, EncoderRole.UNIVERSAL);

  private final String prefix;
  private final String projection;
  private final EncoderRole role;

  /**
   * @param prefix of all names but the projection's
   * @param projection prefix of the output projection's names
   */
  StateDictLayout(String prefix, String projection, EncoderRole role) {
    this.prefix = prefix;
    this.projection = projection;
    this.role = role;
  }

  /** The layout of a state dict by its keys; empty if it is none of these. */
  static Optional<StateDictLayout> of(Set<String> keys) {
    return Arrays.stream(values())
        .filter(layout -> keys.contains(layout.prefix + BertTensors.WORD_EMBEDDINGS))
        .findFirst();
  }

  /** The key of a tensor that {@link BertTensors} names. */
  String storedName(String bertName) {
    return bertName.startsWith(BertTensors.PROJECTION)
        ? projection + bertName.substring(BertTensors.PROJECTION.length())
        : prefix + bertName;
  }

  /** What encoders of this layout are trained for. */
  EncoderRole role() {
    return role;
  }
}
