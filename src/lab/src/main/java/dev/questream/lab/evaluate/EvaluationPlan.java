package dev.questream.lab.evaluate;

import dev.questream.app.command.HubModel;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Companions;
import dev.questream.config.QuestreamConfig;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.nio.file.Path;
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
    List<String> models =
        options.questionModels.isEmpty()
            ? List.of(config.getString(QuestreamConfig.MODEL))
            : options.questionModels;
    for (int i = 0; i < models.size(); i++) {
      contenders.add(contender(options, config, models.get(i), i, console));
    }
    if (options.against != null) {
      contenders.add(inPrecision(options, contenders.get(0)));
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
      EvaluateOptions options, QuestreamConfig config, String model, int index, Console console) {
    boolean named = !options.passageModels.isEmpty();
    String passageModel =
        named
            ? options.passageModels.get(Math.min(index, options.passageModels.size() - 1))
            : Companions.orItself(model);
    return new Contender(
        local(config, model, console),
        options.passagesTopic == null
            ? local(config, passageModel, console)
            : topic(config.with(QuestreamConfig.MODEL, passageModel), options.passagesTopic),
        options.fromTopic,
        options.passagesTopic != null,
        named,
        embeddings(options, index));
  }

  private static QuestreamConfig topic(QuestreamConfig config, String topic) {
    return topic.isEmpty() ? config : config.with(QuestreamConfig.EMBEDDINGS_TOPIC, topic);
  }

  private static QuestreamConfig local(QuestreamConfig config, String model, Console console) {
    return HubModel.local(config.with(QuestreamConfig.MODEL, model), console);
  }

  private static Optional<Path> embeddings(EvaluateOptions options, int index) {
    return options.passageEmbeddings.isEmpty()
        ? Optional.empty()
        : Optional.of(options.passageEmbeddings.get(index));
  }

  /** The same model encoded anew, also where the first one's vectors come from a topic. */
  private static Contender inPrecision(EvaluateOptions options, Contender first) {
    return new Contender(
        first.questions().with(QuestreamConfig.PRECISION, options.against),
        first.passages().with(QuestreamConfig.PRECISION, options.against),
        false,
        false,
        first.passageModelNamed(),
        embeddings(options, 1));
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
