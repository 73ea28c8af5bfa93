package dev.questream.lab.distil;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.engine.Objective;
import dev.questream.lab.evaluate.PassageSource;
import dev.questream.lab.retrieval.answer.AnswerMatcher;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of {@code distil}. */
public final class DistilOptions {
  @Option(
      names = "--questions",
      required = true,
      paramLabel = "FILE",
      description =
          "DPR's qa.csv, plain or gzipped: question, TAB, Python list of answers. Or judgements,"
              + " JSON lines as --teacher-scores.")
  Path questions;

  @Option(
      names = "--passages",
      required = true,
      paramLabel = "FILE",
      description = "DPR's psgs.tsv, plain or gzipped: id, text, title.")
  Path passages;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the model goes, new or empty.")
  Path output;

  @Option(
      names = "--question-model",
      paramLabel = "M",
      description = "The encoder that learns. Default: the setting model.")
  private String questionModel;

  @Option(
      names = "--passage-model",
      paramLabel = "M",
      description = "Encoder of the passages. Default: the published companion, or the same.")
  String passageModel;

  @Option(
      names = "--passage-embeddings",
      paramLabel = "DIR",
      description = "Where passage vectors are kept, or published ones lie, as for evaluate.")
  Path passageEmbeddings;

  @Option(
      names = "--passages-from-topic",
      arity = "0..1",
      fallbackValue = PassageSource.SETTING,
      paramLabel = "TOPIC",
      description = "Take passage vectors from a topic, as evaluate. Default: embeddings.topic.")
  String passagesTopic;

  @Option(
      names = "--reader",
      paramLabel = "M",
      description = "The teacher: folder or name of a DPRReader, or of a cross-encoder.")
  String reader;

  @Option(
      names = "--teacher-scores",
      paramLabel = "FILE",
      description = "Scores instead, JSON lines: question, passage (id), score.")
  Path teacherScores;

  @Option(
      names = "--held-out",
      paramLabel = "FILE",
      description = "Questions for recall after each epoch, as --questions.")
  Path heldOut;

  @Option(
      names = "--held-out-share",
      defaultValue = "0.2",
      paramLabel = "X",
      description = "Without such a file, the share of the questions. Default: 0.2.")
  double heldOutShare;

  @Option(
      names = "--top-k",
      defaultValue = "32",
      paramLabel = "K",
      description = "Candidates of a question. Default: 32.")
  int topK;

  @Option(
      names = "--match",
      defaultValue = "string",
      paramLabel = "MODE",
      description = "string, or regex where answers are patterns. Default: string.")
  AnswerMatcher.Mode match;

  @Option(
      names = "--temperature",
      defaultValue = "1",
      paramLabel = "T",
      description = "Scores of both are divided by it. Default: 1.")
  double temperature;

  @Option(
      names = "--scale",
      paramLabel = "X",
      description =
          "The student's inner products times this. Default: 20 for vectors of length 1, else 1.")
  Double scale;

  @Option(
      names = "--supervised",
      defaultValue = "0",
      paramLabel = "X",
      description = "Weight of the candidates with an answer in the loss. Default: 0.")
  double supervised;

  @Option(names = "--epochs", defaultValue = "3", paramLabel = "N", description = "Default: 3.")
  int epochs;

  @Option(
      names = "--batch",
      defaultValue = "32",
      paramLabel = "N",
      description = "Questions of a step. Default: 32.")
  int batch;

  @Option(
      names = "--learning-rate",
      defaultValue = "2e-5",
      paramLabel = "X",
      description = "The highest. Default: 2e-5.")
  double learningRate;

  @Option(
      names = "--dropout",
      paramLabel = "X",
      description = "Default: what the model's config.json says.")
  Double dropout;

  @Option(
      names = "--seed",
      defaultValue = "1",
      paramLabel = "N",
      description = "Of split, order and dropout. Default: 1.")
  int seed;

  @Option(
      names = "--report",
      paramLabel = "FILE|-",
      description = "Writes all figures as JSON, also where nothing is better.")
  String report;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description =
          "Where a killed run is gone on with. Default: FOLDER.work beside --output, removed in the end.")
  Path work;

  @Option(
      names = "--checkpoint-minutes",
      defaultValue = "5",
      paramLabel = "X",
      description = "Minutes of training that a killed run loses at most. Default: 5.")
  double checkpointMinutes;

  /** Where work is kept. */
  Path workFolder() {
    Path beside = output.toAbsolutePath().normalize();
    return work != null ? work : beside.resolveSibling(beside.getFileName() + ".work");
  }

  String questionModel(QuestreamConfig config) {
    return questionModel == null ? config.getString(QuestreamConfig.MODEL) : questionModel;
  }

  /** Cosines of a model whose vectors have length 1 need one. */
  double scale(boolean normalized) {
    return scale != null ? scale : normalized ? Objective.COSINE_SCALE : 1;
  }

  /** How a student learns. */
  Distillation.Recipe recipe(PublishedModel student) {
    return new Distillation.Recipe(
        new Objective(temperature, scale(student.normalized()), supervised),
        epochs,
        batch,
        learningRate,
        seed);
  }

  /** What of it is dropped meanwhile. */
  Dropout dropout(PublishedModel student) {
    return dropout == null ? student.config().dropout() : new Dropout(dropout, dropout);
  }

  /** Refuses values that make no sense together or alone. */
  void check() {
    require(
        (reader == null) != (teacherScores == null),
        "name a teacher, either --reader or --teacher-scores");
    require(
        heldOutShare > 0 && heldOutShare < 1,
        "--held-out-share is between 0 and 1, it is " + heldOutShare);
    require(topK >= 2, "--top-k must be at least 2, it is " + topK);
    require(temperature > 0, "--temperature is more than 0, it is " + temperature);
    require(scale == null || scale > 0, "--scale is more than 0, it is " + scale);
    require(supervised >= 0, "--supervised is 0 or more, it is " + supervised);
    require(epochs >= 1, "--epochs must be at least 1, it is " + epochs);
    require(batch >= 1, "--batch must be at least 1, it is " + batch);
    require(
        checkpointMinutes >= 0, "--checkpoint-minutes is 0 or more, it is " + checkpointMinutes);
    require(learningRate > 0, "--learning-rate is more than 0, it is " + learningRate);
    require(
        dropout == null || dropout >= 0 && dropout < 1,
        "--dropout is 0 or more, and less than 1, it is " + dropout);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new FatalException(ExitCode.USAGE, otherwise);
    }
  }
}
