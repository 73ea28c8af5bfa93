package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor in a state dict, without the marks of {@code torch.compile}, FSDP and
 * activation checkpointing, and with TensorFlow's {@code gamma} and {@code beta} as PyTorch's
 * {@code weight} and {@code bias}.
 */
record TensorName(String name) {
  /** The embeddings by which an encoder is known: those of BERT's relatives and of ModernBERT. */
  private static final List<String> WORD_EMBEDDINGS =
      List.of("embeddings.word_embeddings.weight", "embeddings.tok_embeddings.weight");

  private static final Pattern MARKS =
      Pattern.compile("_orig_mod\\.|_fsdp_wrapped_module\\.|_checkpoint_wrapped_module\\.");

  /** Heads of BERT, RoBERTa, DistilBERT, MPNet and ModernBERT in {@code transformers}. */
  private static final Pattern HEAD =
      Pattern.compile(
          "(pooler|cls\\.predictions|cls\\.seq_relationship|classifier|pre_classifier|qa_outputs"
              + "|lm_head|vocab_transform|vocab_layer_norm|vocab_projector|head(?=\\.dense|\\.norm)"
              + "|decoder(?=\\.weight|\\.bias))\\..+");

  private static final Pattern BUFFER =
      Pattern.compile("embeddings\\.(position_ids|token_type_ids)|(.*\\.)?rotary_emb\\..*inv_freq");

  private static final Set<String> QUESTION = Set.of("question_encoder", "question_model");
  private static final Set<String> PASSAGE = Set.of("ctx_encoder", "ctx_model");

  static TensorName of(String stored) {
    String name = MARKS.matcher(stored).replaceAll("");
    if (name.endsWith(".gamma")) {
      return new TensorName(name.substring(0, name.lastIndexOf('.')) + ".weight");
    }
    if (name.endsWith(".beta")) {
      return new TensorName(name.substring(0, name.lastIndexOf('.')) + ".bias");
    }
    return new TensorName(name);
  }

  /** What stands before the word embeddings; empty if the tensor is another one. */
  Optional<String> encoderPrefix() {
    return WORD_EMBEDDINGS.stream()
        .filter(last -> name.equals(last) || name.endsWith("." + last))
        .map(last -> name.substring(0, name.length() - last.length()))
        .findFirst();
  }

  boolean startsWith(String prefix) {
    return name.startsWith(prefix);
  }

  /** The side of a dual encoder that the tensor belongs to. */
  EncoderRole role() {
    List<String> parts = List.of(name.split("\\."));
    return parts.stream().anyMatch(QUESTION::contains)
        ? EncoderRole.QUESTION
        : parts.stream().anyMatch(PASSAGE::contains) ? EncoderRole.PASSAGE : EncoderRole.UNIVERSAL;
  }

  /**
   * The name without an encoder's prefix; beside the encoder, without as much of it as they share.
   */
  String within(String prefix) {
    String shared = prefix;
    while (!name.startsWith(shared)) {
      shared = shared.substring(0, shared.lastIndexOf('.', shared.length() - 2) + 1);
    }
    return name.substring(shared.length());
  }

  /** The head that a tensor belongs to, by its plain name; empty for tensors of the encoder. */
  static Optional<String> head(String plain) {
    Matcher head = HEAD.matcher(plain);
    return head.matches() ? Optional.of(head.group(1)) : Optional.empty();
  }

  /** Whether a plain name is that of something that can be computed. */
  static boolean isBuffer(String plain) {
    return BUFFER.matcher(plain).matches();
  }
}
