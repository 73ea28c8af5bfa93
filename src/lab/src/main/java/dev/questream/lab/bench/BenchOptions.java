package dev.questream.lab.bench;

import dev.questream.app.command.HubModel;
import dev.questream.app.command.LocalOptions;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.Json;
import dev.questream.config.QuestreamConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What both benchmarks can be told. */
public final class BenchOptions {
  @Option(
      names = "--model",
      paramLabel = "M",
      description =
          "Bundled model, checkpoint folder, or owner/name on the hub."
              + " Default: bge-small-en-v1.5.")
  private String model;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description =
          "Questions to measure with: text lines, .jsonl, or DPR's qa.csv; plain or .gz."
              + " Default: the demo's.")
  private Path questions;

  @Option(names = "--limit", paramLabel = "N", description = "Take the first N questions only.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--rounds",
      paramLabel = "R",
      defaultValue = "5",
      description =
          "How often each rate is measured; shown are median, least and greatest." + " Default: 5.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "How long a round takes at least. Default: 5.")
  private double seconds;

  @Option(names = "--json", description = "Write one JSON object instead of lines for people.")
  private boolean json;

  public BenchQuestions questions() {
    return BenchQuestions.load(questions, limit);
  }

  public int rounds() {
    if (rounds < 1) {
      throw new FatalException(ExitCode.USAGE, "--rounds must be at least 1, it is " + rounds);
    }
    return rounds;
  }

  public Duration seconds() {
    if (!(seconds > 0 && seconds <= 86_400)) {
      throw new FatalException(
          ExitCode.USAGE, "--seconds must be over 0 and at most 86400, it is " + seconds);
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  /**
   * The user's settings with the model fetched, if it is one of the hub's. Rounds ask the same
   * questions again, so nothing is shared or remembered unless {@code --set} says so.
   */
  public QuestreamConfig config(LocalOptions settings, Map<String, String> own, Console console) {
    Map<String, String> flags = new HashMap<>(own);
    if (!settings.named().containsKey(QuestreamConfig.CACHE_BYTES)) {
      flags.put(QuestreamConfig.CACHE_BYTES, "0");
    }
    if (!settings.named().containsKey(QuestreamConfig.COALESCE)) {
      flags.put(QuestreamConfig.COALESCE, "false");
    }
    if (model != null) {
      flags.put(QuestreamConfig.MODEL, model);
    }
    return HubModel.local(settings.config(flags), console);
  }

  public Consumer<String> progress(Console console) {
    return doing -> console.err().println("  " + doing);
  }

  public void show(Record result, Consumer<PrintStream> forPeople, Console console) {
    if (json) {
      console.out().println(Json.indented(result));
    } else {
      forPeople.accept(console.out());
    }
  }
}
