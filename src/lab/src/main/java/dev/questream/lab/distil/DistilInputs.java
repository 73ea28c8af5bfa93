package dev.questream.lab.distil;

import dev.questream.app.command.HubModel;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.ReaderModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.TorchReader;
import dev.questream.lab.evaluate.JudgedPassages;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.model.Encoders;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a run begins with, checked before anything that takes long: encoding the passages takes
 * hours.
 *
 * @param config names the student's folder
 * @param student the encoder that learns
 * @param reader the teacher, or empty where scores are
 * @param scores the teacher's, or empty where it is a reader
 * @param scoreFile the file that the scores are from
 */
record DistilInputs(
    QuestreamConfig config,
    PublishedModel student,
    Splits splits,
    PassageCollection passages,
    Optional<ReaderModel> reader,
    Optional<ScoreFile> scores,
    DataFile questionFile,
    Optional<DataFile> heldOutFile,
    DataFile passageFile,
    Optional<DataFile> scoreFile) {

  /**
   * Reads and checks everything, and says what is odd.
   *
   * @param set the settings
   */
  static DistilInputs check(DistilOptions options, QuestreamConfig set, Console console)
      throws IOException {
    requireFolderOf(options.report);
    Splits splits = Splits.of(options);
    QuestreamConfig config = local(set, options.questionModel(set), console);
    PublishedModel student = Encoders.resolve(config);
    requireQuestions(student);
    OutputFolder.requireRoom(options.output, ModelCopy.bytes(student));
    Optional<ReaderModel> reader =
        options.reader == null
            ? Optional.empty()
            : Optional.of(reader(local(set, options.reader, console)));
    Optional<ScoreFile> scores = Optional.ofNullable(options.teacherScores).map(ScoreFile::read);
    PassageCollection passages = scan(options.passages, console);
    JudgedPassages.require(splits.training(), passages, console);
    JudgedPassages.require(splits.heldOut(), passages, console);
    say(splits, console);
    scores.ifPresent(found -> say(found, splits, passages, console));
    return new DistilInputs(
        config,
        student,
        splits,
        passages,
        reader,
        scores,
        DataFile.of(options.questions, splits.questionsSha256()),
        options.heldOut == null
            ? Optional.empty()
            : Optional.of(DataFile.of(options.heldOut, splits.heldOut().sha256())),
        DataFile.of(options.passages, passages.sha256()),
        options.teacherScores == null
            ? Optional.empty()
            : Optional.of(DataFile.of(options.teacherScores)));
  }

  private static QuestreamConfig local(QuestreamConfig config, String model, Console console) {
    return HubModel.local(config.with(QuestreamConfig.MODEL, model), console);
  }

  private static void requireFolderOf(String report) {
    if (report != null && !report.equals("-")) {
      Path folder = Path.of(report).toAbsolutePath().getParent();
      if (!Files.isWritable(folder)) {
        throw new FatalException(
            ExitCode.ENVIRONMENT,
            "--report %s cannot be written: there is no folder %s that takes files"
                .formatted(report, folder));
      }
    }
  }

  private static void requireQuestions(PublishedModel student) {
    EncoderRole role = student.read(EncoderCheckpoint::role);
    if (!role.serves(EncoderRole.QUESTION)) {
      throw new ModelException(
          "%s is a %s encoder by its weights, and what learns is a question encoder, as the passage vectors stay; name %s with --question-model"
              .formatted(
                  student.id(), role.label(), Companions.of(student.id()).orElse("its companion")));
    }
  }

  /** A reader that has scored a passage once. */
  private static ReaderModel reader(QuestreamConfig config) {
    ReaderModel reader = ReaderModel.of(Encoders.resolve(config));
    DeviceChoice devices = new DeviceChoice(config.getString(QuestreamConfig.DEVICE));
    try (TorchReader opened = TorchReader.open(reader, devices);
        TorchReader.Session session = opened.openSession()) {
      float score = session.scores("a question", List.of(EncoderInput.passage("title", "text")))[0];
      if (!Float.isFinite(score)) {
        throw new ModelException(
            "%s scores a passage with %s; its weights are damaged"
                .formatted(reader.location(), score));
      }
    }
    return reader;
  }

  private static PassageCollection scan(Path file, Console console) {
    Progress progress = console.progress("reading passages", 0);
    PassageCollection passages = PassageCollection.scan(file, count -> progress.at(count, ""));
    progress.done();
    return passages;
  }

  private static void say(Splits splits, Console console) {
    if (splits.common() > 0) {
      console
          .out()
          .printf("%,d questions are held out too, and not learnt from%n", splits.common());
    }
    if (splits.repeated() > 0) {
      console
          .out()
          .printf("%,d questions to learn from are repetitions, and count%n", splits.repeated());
    }
  }

  private static void say(
      ScoreFile scores, Splits splits, PassageCollection passages, Console console) {
    Set<String> questions =
        splits.training().questions().stream()
            .map(QuestionAnswers::question)
            .map(String::strip)
            .collect(Collectors.toSet());
    ScoreFile.Unknown unknown =
        scores.unknown(questions::contains, id -> passages.ids().position(id) >= 0);
    console
        .out()
        .printf(
            "%,d scores%s, %,d of them of %,d questions that are not learnt from, %,d of ids that no passage has%n",
            scores.size(),
            scores.repeated() == 0
                ? ""
                : " (of %,d pairs scored again, the last score counts)"
                    .formatted(scores.repeated()),
            unknown.scoresOfQuestions(),
            unknown.questions(),
            unknown.passages());
  }
}
