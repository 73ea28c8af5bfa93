package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.torchscript.LearntTensors;
import java.io.IOException;
import java.util.function.IntFunction;

/** What becomes of a training at its end: the model of the best epoch, and the work folder. */
final class Ending {
  private final WorkFolder work;
  private final Output output;
  private final boolean keepsCourse;
  private final Console console;

  /**
   * @param keepsCourse whether candidates and scores are kept for another recipe
   */
  Ending(WorkFolder work, Output output, boolean keepsCourse, Console console) {
    this.work = work;
    this.output = output;
    this.keepsCourse = keepsCourse;
    this.console = console;
  }

  /**
   * Writes what there is to write.
   *
   * @param learnt what had been learnt behind an epoch
   * @param beside what is written beside the model
   * @return the exit status
   * @throws FatalException if the training diverged
   */
  int end(
      Training.Outcome outcome,
      PublishedModel source,
      IntFunction<LearntTensors> learnt,
      ModelCopy.Addition beside)
      throws IOException {
    int best = outcome.state().best();
    return switch (outcome.end()) {
      case DONE -> best == 0 ? endWithout() : endWith(source, learnt.apply(best), best, beside);
      case STOPPED -> {
        if (best > 0) {
          output.write(source, learnt.apply(best), best, beside);
        }
        console
            .out()
            .printf(
                "stopped behind step %,d, in epoch %d; the same command goes on from there%n",
                outcome.state().steps(), outcome.state().epoch());
        yield ExitCode.FAILED.status();
      }
      case DIVERGED -> {
        if (best > 0) {
          output.write(source, learnt.apply(best), best, beside);
        }
        work.endTraining();
        throw new FatalException(
            ExitCode.DIVERGED,
            "%s; %s; %s"
                .formatted(
                    outcome.message(),
                    best > 0
                        ? "the model after epoch %d is written".formatted(best)
                        : "no epoch was better than the model itself, and nothing is written",
                    kept()));
      }
    };
  }

  private int endWith(
      PublishedModel source, LearntTensors learnt, int best, ModelCopy.Addition beside)
      throws IOException {
    output.write(source, learnt, best, beside);
    work.endTraining();
    if (!keepsCourse) {
      work.endCourse();
    }
    return ExitCode.OK.status();
  }

  private int endWithout() throws IOException {
    work.endTraining();
    console
        .err()
        .printf(
            "no epoch has a better mean reciprocal rank than the model itself; nothing is written; %s%n",
            kept());
    return ExitCode.NO_BETTER.status();
  }

  private String kept() {
    return "candidates and scores stay in %s, for another try with --work %s"
        .formatted(work.course(), work.course().getParent());
  }
}
