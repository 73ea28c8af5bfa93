package dev.questream.lab.distil;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.OutputTarget;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Truncation;
import dev.questream.engine.AdamW;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.EngineSettings;
import dev.questream.engine.TorchReader;
import dev.questream.engine.TorchTrainer;
import dev.questream.lab.evaluate.Pairing;
import dev.questream.lab.evaluate.PassageSource;
import dev.questream.lab.evaluate.PassageVectors;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.model.Encoders;
import dev.questream.provenance.VectorType;
import java.io.IOException;
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
    OutputFolder.requireWritable(options.output);
    QuestreamConfig set =
        settings
            .config(Map.of())
            .with(QuestreamConfig.OUTPUT_DIMENSIONS, "0")
            .with(QuestreamConfig.OUTPUT_VECTOR, VectorType.FLOAT32.label());
    try (WorkFolder work = WorkFolder.open(options.workFolder())) {
      Output output = Output.of(options.output, work, console);
      DistilInputs inputs = DistilInputs.check(options, set, console);
      try (TorchTrainer trainer = TorchTrainer.open(inputs.student(), training(inputs))) {
        Pupils heldOut = pupils(inputs.splits().heldOut(), trainer);
        Pupils pupils = pupils(inputs.splits().training(), trainer);
        Library library = library(inputs, set); // takes hours, and keeps its own work
        try (Stop stop = Stop.arm(console)) {
          Student student = new Student(inputs, trainer, work, stop);
          return distil(student, pupils, new HeldOut(heldOut, library), output);
        } catch (Stop.Stopped e) {
          console.err().println("stopped; the same command goes on from there");
          return ExitCode.FAILED.status();
        }
      }
    } catch (IOException e) {
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new FatalException(ExitCode.ENVIRONMENT, "the training could not go on: " + why, e);
    }
  }

  /** What learns, of what, and where its work is kept. */
  private record Student(DistilInputs inputs, TorchTrainer trainer, WorkFolder work, Stop stop) {}

  private int distil(Student student, Pupils pupils, HeldOut heldOut, Output output)
      throws IOException {
    Checkpoints checkpoints = new Checkpoints(student.work().training());
    Training.Outcome outcome = learn(student, pupils, heldOut, checkpoints);
    ModelCopy.Addition beside =
        outcome.state().epochs().isEmpty()
            ? ModelCopy.Addition.NONE
            : report(student, pupils, heldOut, outcome);
    return new Ending(student.work(), output, options.work != null, console)
        .end(
            outcome,
            student.inputs().student(),
            best -> checkpoints.learnt(student.trainer(), best),
            beside);
  }

  /** The questions that can be encoded; asked before passages are. */
  private Pupils pupils(QuestionSet questions, TorchTrainer trainer) {
    Pupils pupils = Pupils.of(questions, trainer, console);
    if (pupils.size() == 0) {
      throw new FatalException(
          ExitCode.USAGE, "there is no question left to learn from, or none to hold out");
    }
    return pupils;
  }

  /** Says what came of it, and gives what is written beside the model. */
  private ModelCopy.Addition report(
      Student student, Pupils pupils, HeldOut heldOut, Training.Outcome outcome)
      throws IOException {
    TrainingLog log = TrainingLog.of(outcome.state(), outcome.schedule(), options.epochs);
    TrainingReport report = TrainingReport.of(pupils.size(), log, heldOut.depths(), options.seed);
    if (outcome.end() != Training.End.STOPPED) {
      console.out().print(report.table());
      if (options.report != null) {
        OutputTarget.write(options.report, console.out(), report.json());
      }
    }
    ModelCard card =
        new ModelCard(
            options,
            student.inputs(),
            heldOut.library().vectors().provenance(),
            options.recipe(student.inputs().student()),
            options.dropout(student.inputs().student()),
            report);
    return copy -> {
      report.write(copy);
      card.write(copy);
    };
  }

  private Library library(DistilInputs inputs, QuestreamConfig set) throws IOException {
    PassageSource source =
        PassageSource.of(
            set.with(QuestreamConfig.MODEL, options.questionModel(set)),
            new PassageSource.Named(
                options.passageModel, options.passagesTopic, options.passageEmbeddings),
            console);
    PassageVectors vectors =
        source.open(
            inputs.passages(),
            new PassageVectors.Storage(StorageType.FLOAT32, SHARD_PASSAGES),
            console);
    if (source.fromTopic()) {
      Pairing.requireWhole(inputs.student(), source, vectors);
    }
    return new Library(inputs.passages(), vectors, options.match, source.config().workers());
  }

  private TorchTrainer.Settings training(DistilInputs inputs) {
    QuestreamConfig config = inputs.config();
    return new TorchTrainer.Settings(
        options.dropout(inputs.student()),
        options.seed,
        AdamW.DPR,
        new EngineSettings.Compute(devices(config), Encoders.trainingThreads(System.getenv())),
        new EngineSettings.Text(
            config.prefix(), Truncation.of(config.getString(QuestreamConfig.TRUNCATION))));
  }

  private static DeviceChoice devices(QuestreamConfig config) {
    return new DeviceChoice(config.getString(QuestreamConfig.DEVICE));
  }

  private Training.Outcome learn(
      Student student, Pupils pupils, HeldOut heldOut, Checkpoints checkpoints) throws IOException {
    TorchTrainer trainer = student.trainer();
    WorkFolder work = student.work();
    Stop stop = student.stop();
    claim(student, heldOut.library());
    Optional<TrainingState> kept = checkpoints.state();
    if (kept.isEmpty()) {
      work.requireRoom("checkpoints", Checkpoints.room(trainer));
    }
    AnswerRecall before = kept.isPresent() ? kept.get().before() : heldOut.recall(trainer, stop);
    console
        .out()
        .printf(
            "%,d questions to learn from, %,d held out%nbefore: %s%n",
            pupils.size(), heldOut.pupils().size(), heldOut.worded(before));
    Course.Making making =
        new Course.Making(pupils, heldOut.library(), options.topK, work.course());
    try (Course course = course(making, student)) {
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
              new Distillation(trainer, course, options.recipe(student.inputs().student())),
              heldOut,
              checkpoints,
              stop,
              (long) (options.checkpointMinutes * NANOS_PER_MINUTE),
              console)
          .run(kept.orElseGet(() -> TrainingState.begin(before)));
    }
  }

  /** Takes the work that is there, if it is of the same. */
  private void claim(Student student, Library library) throws IOException {
    DistilInputs inputs = student.inputs();
    Identity identity = MadeOf.course(options, inputs, library);
    identity.claim(student.work().course());
    MadeOf.training(
            identity,
            options.recipe(inputs.student()),
            options.dropout(inputs.student()),
            inputs.splits())
        .claim(student.work().training());
  }

  private Course course(Course.Making making, Student student) throws IOException {
    DistilInputs inputs = student.inputs();
    TorchTrainer trainer = student.trainer();
    Stop stop = student.stop();
    if (inputs.scores().isPresent()) {
      return Course.of(making, trainer, inputs.scores().get(), false, stop, console);
    }
    DeviceChoice devices = devices(inputs.config());
    try (TorchReader reader = TorchReader.open(inputs.reader().orElseThrow(), devices)) {
      return Course.of(making, trainer, new ReaderTeacher(reader), true, stop, console);
    }
  }
}
