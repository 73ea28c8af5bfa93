package dev.questream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.lab.chaos.guarantee.Violations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A short run of the chaos runner with a fixed seed, and proof that it notices a broken
 * application. {@code ./questream chaos} is the long one.
 */
@DisabledOnOs(OS.WINDOWS)
class ChaosIT {
  private static final long SEED = Long.getLong("questream.seed", 20_261_123L);

  /** Every kind of fault. */
  private static final List<Fault> SCRIPT =
      List.of(
          Fault.KILL,
          Fault.TERMINATE_ALL,
          Fault.JOIN,
          Fault.KILL_TWICE,
          Fault.KILL_BROKER,
          Fault.LEAVE,
          Fault.KILL_AND_WIPE,
          Fault.SUSPEND_BROKER,
          Fault.JOIN,
          Fault.TERMINATE,
          Fault.LOSE,
          Fault.SUSPEND,
          Fault.KILL_ALL);

  /** Logs of a run with a violation stay here. */
  private static final Path FOLDER = Path.of("target", "chaos-it").toAbsolutePath();

  private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

  private ChaosResult run(String guarantee, List<Fault> script, Sabotage sabotage)
      throws Exception {
    return run(guarantee, script, sabotage, Map.of());
  }

  private ChaosResult run(
      String guarantee, List<Fault> script, Sabotage sabotage, Map<String, String> settings)
      throws Exception {
    ChaosOptions options =
        new ChaosOptions(
            SEED,
            1,
            guarantee,
            new ChaosOptions.FaultPlan(script, Duration.ZERO, Duration.ofMillis(300)),
            new ChaosOptions.Questions(400, 4_000, 10),
            new ChaosOptions.Applications(
                2,
                1,
                new StandInSettings(Duration.ofMillis(40), Duration.ofSeconds(2), sabotage),
                false,
                settings),
            Duration.ofSeconds(sabotage == Sabotage.NONE ? 60 : 4));
    PrintStream console = new PrintStream(progress, true, StandardCharsets.UTF_8);
    try (ChaosRun run = new ChaosRun(options, newFolder(), console)) {
      return run.run();
    }
  }

  private static Path newFolder() throws IOException {
    Files.createDirectories(FOLDER);
    return Files.createTempDirectory(FOLDER, "chaos-");
  }

  private String report(ChaosResult result) {
    ByteArrayOutputStream tables = new ByteArrayOutputStream();
    new ChaosReport(result).print(new PrintStream(tables, true, StandardCharsets.UTF_8));
    return "seed %d%n%s%s".formatted(SEED, progress, tables);
  }

  private void assertSound(ChaosResult result) {
    String report = report(result);
    assertThat(result.violationCount()).as(report).isZero();
    assertThat(result.trouble().stalls()).as(report).isZero();
    assertThat(result.traffic().acknowledged()).as(report).isGreaterThan(2_000);
    assertThat(result.traffic().answers().total())
        .as(report)
        .isEqualTo(
            result.traffic().acknowledged()
                - result.traffic().skipped()
                + result.traffic().repeated());
  }

  @Test
  void shouldKeepEveryPromiseUnderEveryFault() throws Exception {
    ChaosResult result = run(ChaosOptions.EXACTLY_ONCE, SCRIPT, Sabotage.NONE);
    assertSound(result);
    assertThat(result.traffic().repeated()).isZero();
    assertThat(result.trouble().faults().keySet()).isEqualTo(EnumSet.allOf(Fault.class));
    assertThat(result.trouble().marks().values()).as(report(result)).allMatch(count -> count > 0);
    assertThat(result.trouble().kills()).isGreaterThanOrEqualTo(7);
    assertThat(result.traffic().answers().tombstones()).isPositive();
    assertThat(result.traffic().answers().deadLetters()).isPositive();
    assertThat(result.folder()).as("logs of a run without a violation").doesNotExist();
  }

  @Test
  void shouldSkipWhatIsUnchangedAndNothingElse() throws Exception {
    List<Fault> script =
        List.of(Fault.KILL, Fault.JOIN, Fault.KILL_ALL, Fault.LEAVE, Fault.KILL_AND_WIPE);
    ChaosResult result =
        run(ChaosOptions.EXACTLY_ONCE, script, Sabotage.NONE, Map.of("unchanged", "skip"));
    assertSound(result);
    assertThat(result.traffic().repeated()).isZero();
    assertThat(result.traffic().skipped()).as(report(result)).isGreaterThan(50);
  }

  @Test
  void shouldLoseNothingUnderAtLeastOnce() throws Exception {
    List<Fault> script = new ArrayList<>(List.of(Fault.KILL, Fault.JOIN, Fault.KILL_ALL));
    script.addAll(List.of(Fault.LEAVE, Fault.KILL_BROKER, Fault.KILL));
    assertSound(run(ChaosOptions.AT_LEAST_ONCE, script, Sabotage.NONE));
  }

  @Test
  void shouldNoticeABrokenApplication() throws Exception {
    ChaosResult result = run(ChaosOptions.EXACTLY_ONCE, List.of(Fault.KILL), Sabotage.ALL);
    for (String guarantee : List.of("lost", "duplicated", "reordered", "wrong vector")) {
      Violations found = result.violations().get(guarantee);
      assertThat(found.count()).as("%s%n%s", guarantee, report(result)).isPositive();
      assertThat(found.examples().get(0).what()).contains("number ").contains("offset ");
    }
    assertThat(result.folder().resolve("instance-1.log"))
        .as("logs of a run with a violation")
        .exists();
    EmbeddedBroker.deleteFolder(result.folder());
  }
}
