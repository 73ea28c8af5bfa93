package dev.questream.lab.distil;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.HubModel;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.OutputTarget;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.Dropout;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Truncation;
import dev.questream.engine.AdamW;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.Objective;
import dev.questream.engine.TorchReader;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.evaluate.PassageVectors;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.model.Encoders;
import dev.questream.provenance.VectorType;
import dev.questream.torchscript.LearntTensors;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** A reader teaches a question encoder; passage vectors stay as they are. */
@Command(
    name = "distil",
    description = "Teach a question encoder by a reader's scores; passage vectors stay.",
    sortOptions = false)
public final class DistilCommand implements Callable<Integer> {
  private static final int SHARD_PASSAGES = 16_384; // as evaluate keeps them

  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;
  @Mixin private DistilOptions options;

  public DistilCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    options.check();
    QuestreamConfig set =
        settings
            .config(Map.of())
            .with(QuestreamConfig.OUTPUT_DIMENSIONS, "0")
            .with(QuestreamConfig.OUTPUT_VECTOR, VectorType.FLOAT32.label());
    try {
      DistilInputs inputs = DistilInputs.check(options, set, console);
      try (TorchTrainer trainer = TorchTrainer.open(inputs.student(), training(inputs))) {
        return distil(inputs, trainer, set).status();
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FatalException(ExitCode.ENVIRONMENT, "the training could not go on: " + why, e);
    }
  }

  private ExitCode distil(DistilInputs inputs, TorchTrainer trainer, QuestreamConfig set)
      throws IOException {
    Pupils heldOutPupils = pupils(inputs.splits().heldOut(), trainer);
    Pupils pupils = pupils(inputs.splits().training(), trainer);
    Library library = library(inputs, set);
    HeldOut heldOut = new HeldOut(heldOutPupils, library);
    TrainingLog log = new TrainingLog();
    Optional<LearntTensors> best = learn(inputs, trainer, pupils, heldOut, log);
    TrainingReport report = TrainingReport.of(pupils.size(), log, heldOut.depths(), options.seed);
    console.out().print(report.table());
    best.ifPresent(learnt -> write(inputs, library, learnt, report));
    if (options.report != null) {
      OutputTarget.write(options.report, console.out(), report.json());
    }
    if (best.isEmpty()) {
      console
          .err()
          .println(
              "no epoch has a better mean reciprocal rank than the model itself; nothing is written");
      return ExitCode.NO_BETTER;
    }
    console.out().printf("wrote %s%n", options.output);
    return ExitCode.OK;
  }

  /** The questions that can be encoded; asked before passages are, which takes hours. */
  private Pupils pupils(QuestionSet questions, TorchTrainer trainer) {
    Pupils pupils = Pupils.of(questions, trainer, console);
    if (pupils.size() == 0) {
      throw new FatalException(
          ExitCode.USAGE, "there is no question left to learn from, or none to hold out");
    }
    return pupils;
  }

  private Library library(DistilInputs inputs, QuestreamConfig set) throws IOException {
    String model = options.questionModel(set);
    String named = options.passageModel != null ? options.passageModel : Companions.orItself(model);
    QuestreamConfig config = HubModel.local(set.with(QuestreamConfig.MODEL, named), console);
    PassageVectors vectors =
        PassageVectors.open(
            config,
            inputs.passages(),
            Optional.ofNullable(options.passageEmbeddings),
            new PassageVectors.Storage(StorageType.FLOAT32, SHARD_PASSAGES),
            console);
    return new Library(inputs.passages(), vectors, options.match, config.workers());
  }

  private TorchTrainer.Settings training(DistilInputs inputs) {
    QuestreamConfig config = inputs.config();
    return new TorchTrainer.Settings(
        dropout(inputs),
        options.seed,
        AdamW.DPR,
        new EngineSettings.Compute(devices(config), Encoders.trainingThreads(System.getenv())),
        new EngineSettings.Text(
            config.prefix(), Truncation.of(config.getString(QuestreamConfig.TRUNCATION))));
  }

  private Dropout dropout(DistilInputs inputs) {
    return options.dropout == null
        ? inputs.student().config().dropout()
        : new Dropout(options.dropout, options.dropout);
  }

  private static DeviceChoice devices(QuestreamConfig config) {
    return new DeviceChoice(config.getString(QuestreamConfig.DEVICE));
  }

  private Optional<LearntTensors> learn(
      DistilInputs inputs, TorchTrainer trainer, Pupils pupils, HeldOut heldOut, TrainingLog log)
      throws IOException {
    AnswerRecall before = heldOut.recall(trainer);
    log.add(new TrainingLog.Epoch(0, Double.NaN, before));
    PrintStream out = console.out();
    out.printf(
        "%,d questions to learn from, %,d held out%nbefore: %s%n",
        pupils.size(), heldOut.pupils().size(), heldOut.worded(before));
    try (Course course = course(inputs, pupils, trainer, heldOut.library())) {
      if (course.size() == 0) {
        throw new FatalException(
            ExitCode.USAGE, "the teacher knows two candidates or more of none of the questions");
      }
      Distillation distillation = new Distillation(trainer, course, recipe(), log);
      double bestRank = HeldOut.reciprocalRank(before);
      Optional<LearntTensors> best = Optional.empty();
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        double loss = distillation.epoch(epoch, console);
        AnswerRecall recall = heldOut.recall(trainer);
        log.add(new TrainingLog.Epoch(epoch, loss, recall));
        boolean better = HeldOut.reciprocalRank(recall) > bestRank;
        out.printf(
            Locale.ROOT,
            "epoch %d: loss %.4f, %s%s%n",
            epoch,
            loss,
            heldOut.worded(recall),
            better ? ", the best so far" : "");
        if (better) {
          bestRank = HeldOut.reciprocalRank(recall);
          best = Optional.of(trainer.learnt());
        }
      }
      return best;
    }
  }

  private Distillation.Recipe recipe() {
    return new Distillation.Recipe(
        new Objective(options.temperature, options.supervised),
        options.epochs,
        options.batch,
        options.learningRate,
        options.seed);
  }

  private Course course(DistilInputs inputs, Pupils pupils, TorchTrainer trainer, Library library)
      throws IOException {
    if (inputs.scores().isPresent()) {
      Teacher teacher = inputs.scores().get();
      return Course.of(pupils, trainer, library, options.topK, teacher, console);
    }
    DeviceChoice devices = devices(inputs.config());
    try (TorchReader reader = TorchReader.open(inputs.reader().orElseThrow(), devices)) {
      return Course.of(pupils, trainer, library, options.topK, new ReaderTeacher(reader), console);
    }
  }

  private void write(
      DistilInputs inputs, Library library, LearntTensors learnt, TrainingReport report) {
    ModelCard card =
        new ModelCard(
            options, inputs, library.vectors().provenance(), recipe(), dropout(inputs), report);
    try {
      inputs
          .copy()
          .write(
              inputs.student(),
              learnt,
              folder -> {
                report.write(folder);
                card.write(folder);
              });
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be written: %s".formatted(options.output, e.getMessage()), e);
    }
  }
}
