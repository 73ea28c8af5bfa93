package dev.questream.lab.evaluate;

import dev.questream.app.command.HubModel;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which models are measured, from what the options say and leave open. Models on the hub are
 * fetched here, before any work begins.
 *
 * @param contenders one or two
 * @param settings of the evaluation
 * @param precisions whether the two are two precisions of one model
 */
record EvaluationPlan(
    List<Contender> contenders, Evaluation.Settings settings, boolean precisions) {

  static EvaluationPlan of(EvaluateOptions options, SettingsOptions settings, Console console) {
    options.check();
    Map<String, String> flags = new HashMap<>();
    if (options.precision != null) {
      flags.put(QuestreamConfig.PRECISION, options.precision);
    }
    QuestreamConfig set = settings.config(flags);
    QuestreamConfig config =
        set.with(QuestreamConfig.OUTPUT_DIMENSIONS, "0")
            .with(QuestreamConfig.OUTPUT_VECTOR, VectorType.FLOAT32.label());
    List<Contender> contenders = new ArrayList<>();
    for (int i = 0; i < options.models(); i++) {
      contenders.add(contender(options, config, i, console));
    }
    if (options.against != null) {
      contenders.add(inPrecision(options, contenders.get(0), console));
    }
    return new EvaluationPlan(
        contenders,
        new Evaluation.Settings(
            options.storage,
            options.shardPassages,
            options.searchMemoryBytes(),
            Shapes.of(options, set)),
        options.against != null);
  }

  private static Contender contender(
      EvaluateOptions options, QuestreamConfig config, int index, Console console) {
    QuestreamConfig own =
        options.questionModels.isEmpty()
            ? config
            : config.with(QuestreamConfig.MODEL, options.questionModels.get(index));
    PassageSource.Named passages =
        new PassageSource.Named(
            oneForEach(options.passageModels, index),
            oneForEach(options.passagesTopics, index),
            oneForEach(options.passageEmbeddings, index));
    boolean fromTopic = !options.topics.isEmpty();
    return new Contender(
        fromTopic
            ? PassageSource.withTopic(own, options.topics.get(index))
            : HubModel.local(own, console),
        fromTopic,
        PassageSource.of(own, passages, console));
  }

  /** What was given once for all, or once for each; null where it was not given. */
  private static <T> T oneForEach(List<T> given, int index) {
    return given.isEmpty() ? null : given.get(Math.min(index, given.size() - 1));
  }

  /** The same model encoded anew, also where the first one's vectors come from a topic. */
  private static Contender inPrecision(EvaluateOptions options, Contender first, Console console) {
    PassageSource passages = first.passages();
    return new Contender(
        HubModel.local(first.questions().with(QuestreamConfig.PRECISION, options.against), console),
        false,
        new PassageSource(
            passages.config().with(QuestreamConfig.PRECISION, options.against),
            false,
            passages.named(),
            Optional.ofNullable(oneForEach(options.passageEmbeddings, 1))));
  }

  /**
   * Refuses to compare a model with itself.
   *
   * @param vectors of the contenders' questions
   */
  void requireDifferent(List<QuestionVectors> vectors) {
    if (!precisions) {
      return;
    }
    Provenance first = vectors.get(0).provenance();
    Provenance second = vectors.get(1).provenance();
    String precision = first.computed().precision();
    if (precision.equals(second.computed().precision()) && !contenders.get(0).fromTopic()) {
      throw new FatalException(
          ExitCode.USAGE,
          "--against: both sides run in %s on this machine; name another with --precision"
              .formatted(precision));
    }
    if (!first.model().weightsSha256().equals(second.model().weightsSha256())) {
      throw new FatalException(
          ExitCode.USAGE,
          "--against: the topic's vectors are by another model (%s) than the setting model names (%s)"
              .formatted(first.model().id(), second.model().id()));
    }
  }
}
