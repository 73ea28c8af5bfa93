package dev.questream.lab.chaos;

import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.Shutdown;
import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Proves the guarantees by breaking things on this machine. */
@Command(
    name = "chaos",
    description =
        "Prove the guarantees on this machine: starts brokers and applications of its own as"
            + " processes, kills and suspends them under load, and checks every answer. Touches no"
            + " other Kafka. The encoder is a stand-in whose vectors are a function of the text.",
    sortOptions = false)
public final class ChaosCommand implements Callable<Integer> {
  private static final int MAX_INSTANCES = 9;

  private final Console console;

  @Mixin private GeneralOptions general;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description = "How long faults are injected. Default: ${DEFAULT-VALUE}.")
  private double minutes = 5;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides the questions and the sequence of faults. Default: a random one.")
  private Long seed;

  @Option(
      names = "--guarantee",
      paramLabel = "G",
      description =
          "exactly_once_v2, or at_least_once, where answers may be repeated after a crash. Default:"
              + " ${DEFAULT-VALUE}.")
  private String guarantee = ChaosOptions.EXACTLY_ONCE;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Questions a second. Default: ${DEFAULT-VALUE}.")
  private int rate = 600;

  @Option(
      names = "--max-backlog",
      paramLabel = "N",
      description = "Unanswered questions above which producing waits. Default: ${DEFAULT-VALUE}.")
  private int maxBacklog = 10_000;

  @Option(
      names = "--brokers",
      paramLabel = "N",
      description =
          "Brokers, beside one controller. Partitions have up to three replicas. Default:"
              + " ${DEFAULT-VALUE}.")
  private int brokers = 1;

  @Option(
      names = "--real-model",
      description =
          "Encode with the configured model (--set model=...) instead of the stand-in. One vector in"
              + " ten is checked.")
  private boolean realModel;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "Applications at most. Default: ${DEFAULT-VALUE}.")
  private int instances = 3;

  @Option(
      names = "--standbys",
      paramLabel = "N",
      description = "Standby replicas of the pending store. Default: ${DEFAULT-VALUE}.")
  private int standbys = 1;

  @Option(
      names = "--fault",
      paramLabel = "F",
      description =
          "Inject just these faults, one after the other, instead of by the seed: ${COMPLETION-CANDIDATES}.")
  private List<Fault> faults = List.of();

  @Option(
      names = "--intensity",
      paramLabel = "X",
      description =
          "Multiplies the rates of questions that make the encoder fail, hang, answer late or run"
              + " out of memory, and of unreadable ones. Default: ${DEFAULT-VALUE}.")
  private double intensity = 1;

  @Option(
      names = "--max-pause",
      paramLabel = "SECONDS",
      description = "The longest pause between two faults. Default: ${DEFAULT-VALUE}.")
  private double maxPause = 6;

  @Option(
      names = "--batch-delay",
      paramLabel = "MS",
      description = "The longest that the stand-in takes for a batch. Default: ${DEFAULT-VALUE}.")
  private int batchDelay = 40;

  @Option(
      names = "--hang",
      paramLabel = "MS",
      description = "How long the stand-in hangs where it is to hang. Default: ${DEFAULT-VALUE}.")
  private int hang = 3000;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the applications (docs/configure.md); {instance} stands for the name of"
              + " each. May be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the result there too.")
  private Path json;

  @Option(names = "--sabotage", hidden = true, description = "Break the application on purpose.")
  private Sabotage sabotage = Sabotage.NONE;

  public ChaosCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Exception {
    ChaosOptions options = options();
    return Shutdown.guard(
        shutdown -> {
          try (ChaosRun run = new ChaosRun(options, ChaosRun.temporaryFolder(), console.err());
              AutoCloseable closing = shutdown::closing) {
            return report(run.run());
          }
        });
  }

  private int report(ChaosResult result) throws Exception {
    ChaosReport report = new ChaosReport(result);
    report.print(console.out());
    if (json != null) {
      report.write(json);
    }
    return (result.sound() ? ExitCode.OK : ExitCode.FAILED).status();
  }

  private ChaosOptions options() {
    require(minutes > 0, "--minutes must be more than 0");
    require(rate > 0, "--rate must be at least 1");
    require(maxBacklog > 0, "--max-backlog must be at least 1");
    require(
        instances > 0 && instances <= MAX_INSTANCES,
        "--instances must be between 1 and " + MAX_INSTANCES);
    require(
        brokers > 0 && brokers <= MAX_INSTANCES,
        "--brokers must be between 1 and " + MAX_INSTANCES);
    require(standbys >= 0, "--standbys must be at least 0");
    require(intensity > 0 && intensity <= 100, "--intensity must be above 0 and at most 100");
    require(maxPause >= 0, "--max-pause must be at least 0");
    require(batchDelay >= 0 && hang >= 0, "--batch-delay and --hang must be at least 0");
    require(
        guarantee.equals(ChaosOptions.EXACTLY_ONCE) || guarantee.equals(ChaosOptions.AT_LEAST_ONCE),
        "--guarantee must be exactly_once_v2 or at_least_once, not " + guarantee);
    return new ChaosOptions(
        seed == null ? ThreadLocalRandom.current().nextLong(1 << 30) : seed,
        brokers,
        guarantee,
        new ChaosOptions.FaultPlan(
            faults,
            Duration.ofMillis((long) (minutes * 60_000)),
            Duration.ofMillis((long) (maxPause * 1000))),
        new ChaosOptions.Questions(rate, maxBacklog, intensity),
        new ChaosOptions.Applications(
            instances,
            standbys,
            new StandInSettings(Duration.ofMillis(batchDelay), Duration.ofMillis(hang), sabotage),
            realModel,
            set),
        Duration.ofSeconds(60));
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new FatalException(ExitCode.USAGE, message);
    }
  }
}
