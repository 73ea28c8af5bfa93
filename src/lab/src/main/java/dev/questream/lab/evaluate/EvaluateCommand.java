package dev.questream.lab.evaluate;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.SettingsOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.io.OutputTarget;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.QuestionSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answer recall as DPR measures it: encode, search exactly, look for the answers, compare. */
@Command(
    name = "evaluate",
    description = "Measure answer recall: how often the first k passages hold an answer.",
    sortOptions = false)
public final class EvaluateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private SettingsOptions settings;
  @Mixin private GeneralOptions general;
  @Mixin private EvaluateOptions options;

  @Option(
      names = "--report",
      paramLabel = "FILE|-",
      description = "Writes all figures and each question's first hit as JSON.")
  private String report;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = "Writes DPR's own result file (JSON); once for each model.")
  private List<Path> resultFiles = new ArrayList<>();

  @Option(
      names = "--curve",
      paramLabel = "FILE|-",
      description = "Writes recall at every k as comma-separated values.")
  private String curve;

  @Option(names = "--plot", paramLabel = "FILE|-", description = "Draws recall over k as SVG.")
  private String plot;

  public EvaluateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try {
      EvaluationPlan plan = EvaluationPlan.of(options, settings, console);
      requireOneFileForEach(plan.contenders());
      Results results = evaluate(plan);
      write(results);
      boolean incomplete = results.outcomes().stream().anyMatch(Outcome::incomplete);
      return (incomplete ? ExitCode.REJECTED : ExitCode.OK).status();
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT, "the evaluation could not go on: " + worded(e), e);
    }
  }

  private static String worded(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private void requireOneFileForEach(List<Contender> contenders) {
    if (!resultFiles.isEmpty() && resultFiles.size() != contenders.size()) {
      throw new FatalException(
          ExitCode.USAGE,
          "--results is given %d times for %d models; give it once for each"
              .formatted(resultFiles.size(), contenders.size()));
    }
  }

  private Results evaluate(EvaluationPlan plan) throws IOException {
    QuestionSet questions = QuestionSet.read(options.questions).first(options.limit);
    PassageCollection passages = scan();
    JudgedPassages.require(questions, passages, console);
    Task task =
        new Task(questions, passages, options.match, options.depths(passages.size(), console));
    Evaluation evaluation = new Evaluation(task, plan.settings(), console);
    List<QuestionVectors> vectors = new ArrayList<>(); // first, as what is wrong shows soon
    for (Contender contender : plan.contenders()) {
      vectors.add(evaluation.questions(contender));
    }
    plan.requireDifferent(vectors);
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < vectors.size(); i++) {
      Optional<Path> file =
          resultFiles.isEmpty() ? Optional.empty() : Optional.of(resultFiles.get(i));
      outcomes.add(evaluation.run(plan.contenders().get(i), vectors.get(i), file));
    }
    return Results.of(task, outcomes, options.seed, plan.precisions());
  }

  private PassageCollection scan() {
    Progress progress = console.progress("reading passages", 0);
    PassageCollection passages =
        PassageCollection.scan(options.passages, count -> progress.at(count, ""));
    progress.done();
    return passages;
  }

  private void write(Results results) throws IOException {
    console.out().print(RecallTable.of(results));
    console.out().flush();
    if (report != null) {
      OutputTarget.write(report, console.out(), ReportJson.of(results));
    }
    if (curve != null) {
      OutputTarget.write(curve, console.out(), results.curve().csv());
    }
    if (plot != null) {
      Task task = results.task();
      String title =
          "%s, %,d questions".formatted(task.questions().measure(), task.questions().size());
      OutputTarget.write(plot, console.out(), results.curve().svg(title));
    }
  }
}
