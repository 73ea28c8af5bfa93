package dev.questream.checkpoint;

import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ModelException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The families that are read, and which of them a model is of: {@code config.json} says it, as for
 * the automatic classes of {@code transformers}; where it does not, the tensors must tell.
 */
final class Families {
  private static final Family BERT = new BertFamily();
  private static final Family ROBERTA = new RobertaFamily();
  private static final Family DISTILBERT = new DistilBertFamily();
  private static final Family MPNET = new MpnetFamily();
  private static final Family MODERNBERT = new ModernBertFamily();
  private static final List<Family> ALL = List.of(BERT, ROBERTA, DISTILBERT, MPNET, MODERNBERT);

  /** What the modules of a family are called inside a larger model. */
  private static final Map<String, Family> MODULES =
      Map.of("roberta", ROBERTA, "distilbert", DISTILBERT, "mpnet", MPNET, "bert", BERT);

  private static final Pattern CALLED = Pattern.compile("(?:.*\\.)?(\\w+)\\.embeddings\\..+");

  /** Tables of positions have round sizes; RoBERTa's have a few rows more. */
  private static final int ROUND = 8;

  private static final int BERT_TOKEN_TYPES = 2;

  private Families() {}

  /** The names of all, for messages. */
  private static String labels() {
    return ALL.stream().map(Family::label).collect(Collectors.joining(", "));
  }

  /**
   * The family that a config names; empty if it names none.
   *
   * @throws ModelException if it names one that is not supported
   */
  static Optional<Family> declared(ModelConfig config) {
    Optional<String> type = config.text("model_type");
    if (type.isPresent()) {
      return Optional.of(
          ALL.stream()
              .filter(family -> family.modelTypes().contains(type.get()))
              .findFirst()
              .orElseThrow(() -> unsupported(config, "model_type", type.get())));
    }
    List<String> architectures = config.texts("architectures");
    return architectures.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ALL.stream()
                .filter(family -> isOf(family, architectures.get(0)))
                .findFirst()
                .orElseThrow(() -> unsupported(config, "architectures", architectures.get(0))));
  }

  /** Not {@code BertGenerationEncoder}, which begins like BERT's. */
  private static boolean isOf(Family family, String architecture) {
    return family.classPrefixes().stream()
        .anyMatch(
            prefix ->
                Pattern.matches(
                    prefix + "(Model|PreTrained|For[A-Z]|LMHead|Question|Context).*",
                    architecture));
  }

  private static ModelException unsupported(ModelConfig config, String key, String value) {
    return config.refused("%s=%s; the families %s are supported".formatted(key, value, labels()));
  }

  /**
   * The family of a model.
   *
   * @throws ModelException if nothing says it, or config and tensors say different things
   */
  static Family of(ModelConfig config, StateDict weights) {
    Optional<Family> module = module(weights);
    Optional<Family> declared = declared(config);
    if (declared.isEmpty()) {
      return module.orElseGet(() -> told(weights));
    }
    if (module.isPresent() && module.get() != BERT && module.get() != declared.get()) {
      throw new ModelException(
          "%s holds %s by the name %s, and config.json says %s; put the config.json of these weights there"
              .formatted(
                  weights.file(),
                  module.get().label(),
                  weights.storedName(words(module.get())),
                  declared.get().label()));
    }
    return declared.get();
  }

  /** By what the encoder is called in the names of its tensors. */
  private static Optional<Family> module(StateDict weights) {
    String stored = weights.storedName(words(BERT));
    if (weights.role() != EncoderRole.UNIVERSAL) {
      return stored.contains("bert_model.") || hasRoundPositions(weights)
          ? Optional.of(BERT)
          : Optional.empty(); // DPR's own training takes RoBERTa as well
    }
    Matcher called = CALLED.matcher(stored);
    return called.matches() ? Optional.ofNullable(MODULES.get(called.group(1))) : Optional.empty();
  }

  private static String words(Family family) {
    return family.names(ModelConfig.empty()).words() + ".weight";
  }

  /** By the names and shapes of its tensors. */
  private static Family told(StateDict weights) {
    Family first =
        ALL.stream()
            .filter(family -> weights.names().contains(firstProduct(family)))
            .findFirst()
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s holds no encoder of the families %s: it has no tensor named as in one of them, such as %s"
                            .formatted(
                                weights.file(), labels(), weights.storedName(firstProduct(BERT)))));
    if (first == BERT && !isBert(weights)) {
      throw new ModelException(
          "%s may be BERT or RoBERTa, which count positions differently, and no config.json says which; put the config.json of these weights there"
              .formatted(weights.file()));
    }
    return first;
  }

  private static String firstProduct(Family family) {
    TensorNames names = family.names(ModelConfig.empty());
    return names.in(0, names.layer().qkv().get(0)) + ".weight";
  }

  private static boolean isBert(StateDict weights) {
    return rows(weights, BertFamily.NAMES.tokenTypes()) == BERT_TOKEN_TYPES
        && hasRoundPositions(weights);
  }

  private static boolean hasRoundPositions(StateDict weights) {
    return rows(weights, BertFamily.NAMES.positions()) % ROUND == 0;
  }

  private static int rows(StateDict weights, Optional<String> table) {
    String name = table.orElseThrow() + ".weight";
    return weights.names().contains(name) ? weights.shape(name).size(0) : 0;
  }
}
