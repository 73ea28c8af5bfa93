package dev.questream.lab.distil;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.HubModel;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.ReaderModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Truncation;
import dev.questream.engine.AdamW;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.Objective;
import dev.questream.engine.TorchReader;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.evaluate.PassageVectors;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.model.Encoders;
import dev.questream.provenance.VectorType;
import dev.questream.torchscript.LearntTensors;
import java.io.IOException;
import java.io.PrintStream;
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
    ModelCopy copy = ModelCopy.into(options.output);
    QuestreamConfig set =
        settings
            .config(Map.of())
            .with(QuestreamConfig.OUTPUT_DIMENSIONS, "0")
            .with(QuestreamConfig.OUTPUT_VECTOR, VectorType.FLOAT32.label());
    QuestreamConfig config = local(set, options.questionModel(set));
    try {
      PublishedModel source = Encoders.resolve(config);
      Splits splits = Splits.of(options);
      Library library = library(set);
      try (TorchTrainer trainer = TorchTrainer.open(source, training(config, source))) {
        Optional<LearntTensors> best = learn(trainer, splits, library, set, recipe(source));
        if (best.isEmpty()) {
          console.err().println("no epoch was better than the model itself; nothing is written");
          return ExitCode.FAILED.status();
        }
        copy.write(source, best.get());
        console.out().printf("wrote %s%n", options.output);
        return ExitCode.OK.status();
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FatalException(ExitCode.ENVIRONMENT, "the training could not go on: " + why, e);
    }
  }

  private QuestreamConfig local(QuestreamConfig config, String model) {
    return HubModel.local(config.with(QuestreamConfig.MODEL, model), console);
  }

  private Library library(QuestreamConfig set) throws IOException {
    PassageCollection passages = PassageCollection.scan(options.passages, count -> {});
    String model = options.questionModel(set);
    String named = options.passageModel != null ? options.passageModel : Companions.orItself(model);
    QuestreamConfig config = local(set, named);
    PassageVectors vectors =
        PassageVectors.open(
            config,
            passages,
            Optional.ofNullable(options.passageEmbeddings),
            new PassageVectors.Storage(StorageType.FLOAT32, SHARD_PASSAGES),
            console);
    return new Library(passages, vectors, options.match, config.workers());
  }

  private TorchTrainer.Settings training(QuestreamConfig config, PublishedModel source) {
    Dropout dropout =
        options.dropout == null
            ? source.config().dropout()
            : new Dropout(options.dropout, options.dropout);
    return new TorchTrainer.Settings(
        dropout,
        options.seed,
        AdamW.DPR,
        new EngineSettings.Compute(devices(config), Encoders.trainingThreads(System.getenv())),
        new EngineSettings.Text(
            config.prefix(), Truncation.of(config.getString(QuestreamConfig.TRUNCATION))));
  }

  private static DeviceChoice devices(QuestreamConfig config) {
    return new DeviceChoice(config.getString(QuestreamConfig.DEVICE));
  }

  private Optional<LearntTensors> learn(
      TorchTrainer trainer,
      Splits splits,
      Library library,
      QuestreamConfig config,
      Distillation.Recipe recipe)
      throws IOException {
    HeldOut heldOut = new HeldOut(Pupils.of(splits.heldOut(), trainer, console), library);
    Pupils pupils = Pupils.of(splits.training(), trainer, console);
    if (pupils.size() == 0 || heldOut.pupils().size() == 0) {
      throw new FatalException(
          ExitCode.USAGE, "there is no question left to learn from, or none to hold out");
    }
    AnswerRecall before = heldOut.recall(trainer);
    PrintStream out = console.out();
    out.printf(
        "%,d questions to learn from, %,d held out%nbefore: %s%n",
        pupils.size(), heldOut.pupils().size(), HeldOut.worded(before));
    try (Course course = course(pupils, trainer, library, config)) {
      if (course.size() == 0) {
        throw new FatalException(
            ExitCode.USAGE, "the teacher knows two candidates or more of none of the questions");
      }
      Distillation distillation = new Distillation(trainer, course, recipe);
      double bestRank = HeldOut.reciprocalRank(before);
      Optional<LearntTensors> best = Optional.empty();
      for (int epoch = 1; epoch <= options.epochs; epoch++) {
        double loss = distillation.epoch(epoch, console);
        AnswerRecall recall = heldOut.recall(trainer);
        boolean better = HeldOut.reciprocalRank(recall) > bestRank;
        out.printf(
            Locale.ROOT,
            "epoch %d: loss %.4f, %s%s%n",
            epoch,
            loss,
            HeldOut.worded(recall),
            better ? ", the best so far" : "");
        if (better) {
          bestRank = HeldOut.reciprocalRank(recall);
          best = Optional.of(trainer.learnt());
        }
      }
      return best;
    }
  }

  private Distillation.Recipe recipe(PublishedModel source) {
    return new Distillation.Recipe(
        new Objective(options.temperature, options.scale(source.normalized()), options.supervised),
        options.epochs,
        options.batch,
        options.learningRate,
        options.seed);
  }

  private Course course(
      Pupils pupils, TorchTrainer trainer, Library library, QuestreamConfig config)
      throws IOException {
    if (options.teacherScores != null) {
      Teacher teacher = ScoreFile.read(options.teacherScores);
      return Course.of(pupils, trainer, library, options.topK, teacher, console);
    }
    String folder = local(config, options.reader).getString(QuestreamConfig.MODEL);
    ReaderModel model = ReaderModel.in(java.nio.file.Path.of(folder));
    try (TorchReader reader = TorchReader.open(model, devices(config))) {
      return Course.of(pupils, trainer, library, options.topK, new ReaderTeacher(reader), console);
    }
  }
}
