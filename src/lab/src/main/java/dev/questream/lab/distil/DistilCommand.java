package dev.questream.lab.distil;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.HubModel;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.Dropout;
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
import java.io.IOException;
import java.nio.file.Path;
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
  private static final double NANOS_PER_MINUTE = 60e9;

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
    try (WorkFolder work = WorkFolder.open(options.workFolder())) {
      Output output = Output.of(options.output, work, console);
      QuestreamConfig config = local(set, options.questionModel(set));
      PublishedModel source = Encoders.resolve(config);
      Splits splits = Splits.of(options);
      Library library = library(set);
      try (TorchTrainer trainer = TorchTrainer.open(source, training(config, source));
          Stop stop = Stop.arm(console)) {
        Checkpoints checkpoints = new Checkpoints(work.training());
        Training.Outcome outcome =
            learn(new Student(config, source, trainer), splits, library, work, checkpoints, stop);
        return new Ending(work, output, options.work != null, console)
            .end(outcome, source, best -> checkpoints.learnt(trainer, best));
      } catch (Stop.Stopped e) {
        return stopped();
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FatalException(ExitCode.ENVIRONMENT, "the training could not go on: " + why, e);
    }
  }

  /** What learns. */
  private record Student(QuestreamConfig config, PublishedModel source, TorchTrainer trainer) {}

  private int stopped() {
    console.err().println("stopped; the same command goes on from there");
    return ExitCode.FAILED.status();
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
    return new TorchTrainer.Settings(
        dropout(source),
        options.seed,
        AdamW.DPR,
        new EngineSettings.Compute(devices(config), Encoders.trainingThreads(System.getenv())),
        new EngineSettings.Text(
            config.prefix(), Truncation.of(config.getString(QuestreamConfig.TRUNCATION))));
  }

  private Dropout dropout(PublishedModel source) {
    return options.dropout == null
        ? source.config().dropout()
        : new Dropout(options.dropout, options.dropout);
  }

  private static DeviceChoice devices(QuestreamConfig config) {
    return new DeviceChoice(config.getString(QuestreamConfig.DEVICE));
  }

  private Training.Outcome learn(
      Student student,
      Splits splits,
      Library library,
      WorkFolder work,
      Checkpoints checkpoints,
      Stop stop)
      throws IOException {
    TorchTrainer trainer = student.trainer();
    HeldOut heldOut = new HeldOut(Pupils.of(splits.heldOut(), trainer, console), library);
    Pupils pupils = Pupils.of(splits.training(), trainer, console);
    if (pupils.size() == 0 || heldOut.pupils().size() == 0) {
      throw new FatalException(
          ExitCode.USAGE, "there is no question left to learn from, or none to hold out");
    }
    Optional<ReaderModel> reader = reader(student.config());
    Optional<String> readerFact =
        reader.map(model -> MadeOf.model(model.weightsSha256(), model.tokenizerJson()));
    Identity identity =
        MadeOf.course(options, student.config(), student.source(), splits, library, readerFact);
    identity.claim(work.course());
    Dropout dropout = dropout(student.source());
    MadeOf.training(identity, recipe(student.source()), dropout, splits).claim(work.training());
    Optional<TrainingState> kept = checkpoints.state();
    if (kept.isEmpty()) {
      work.requireRoom("checkpoints", Checkpoints.room(trainer));
    }
    AnswerRecall before = kept.isPresent() ? kept.get().before() : heldOut.recall(trainer, stop);
    console
        .out()
        .printf(
            "%,d questions to learn from, %,d held out%nbefore: %s%n",
            pupils.size(), heldOut.pupils().size(), HeldOut.worded(before));
    Course.Making making = new Course.Making(pupils, library, options.topK, work.course());
    try (Course course = course(making, trainer, reader, student.config(), stop)) {
      if (course.size() == 0) {
        work.endTraining();
        work.endCourse();
        throw new FatalException(
            ExitCode.USAGE, "the teacher knows two candidates or more of none of the questions");
      }
      if (kept.isPresent()) {
        checkpoints.restore(trainer, kept.get());
        console
            .out()
            .printf(
                "continuing behind step %,d, in epoch %d, from %s%n",
                kept.get().steps(), kept.get().epoch(), work.training());
      }
      return new Training(
              trainer,
              new Distillation(trainer, course, recipe(student.source())),
              heldOut,
              checkpoints,
              stop,
              (long) (options.checkpointMinutes * NANOS_PER_MINUTE),
              console)
          .run(kept.orElseGet(() -> TrainingState.begin(before)));
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

  private Optional<ReaderModel> reader(QuestreamConfig config) {
    return options.reader == null
        ? Optional.empty()
        : Optional.of(
            ReaderModel.in(
                Path.of(local(config, options.reader).getString(QuestreamConfig.MODEL))));
  }

  private Course course(
      Course.Making making,
      TorchTrainer trainer,
      Optional<ReaderModel> model,
      QuestreamConfig config,
      Stop stop)
      throws IOException {
    if (model.isEmpty()) {
      return Course.of(
          making, trainer, ScoreFile.read(options.teacherScores), false, stop, console);
    }
    try (TorchReader reader = TorchReader.open(model.get(), devices(config))) {
      return Course.of(making, trainer, new ReaderTeacher(reader), true, stop, console);
    }
  }
}
