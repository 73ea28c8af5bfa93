package dev.questream.app.command.deadletter;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.deadletter.DeadLetterFilter;
import dev.questream.app.deadletter.DeadLetterPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options by which {@code dlq list} and {@code dlq replay} choose dead letters. */
public final class DeadLetterOptions {
  @Option(
      names = "--reason",
      paramLabel = "CODE",
      split = ",",
      description = "Only those that died of this (docs/operate.md). May be repeated.")
  private List<String> reasons = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME|AGE",
      description =
          "Only those that died at this time or later: 2026-11-23,"
              + " 2026-11-23T10:00:00Z, or an age: 15m, 2h, 7d.")
  private String since;

  @Option(
      names = "--only",
      paramLabel = "PARTITION:OFFSET",
      split = ",",
      description = "Only these, as the list names them. May be repeated.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "The first N of them.")
  private long limit = Long.MAX_VALUE;

  /** What was chosen. */
  DeadLetterFilter filter() {
    return new DeadLetterFilter(
        DeadLetterFilter.reasons(reasons),
        since == null ? Instant.EPOCH : DeadLetterFilter.since(since, Instant.now()),
        only.stream().map(DeadLetterPosition::parse).collect(Collectors.toSet()));
  }

  /** How many at most. */
  long limit() {
    if (limit < 1) {
      throw new FatalException(ExitCode.USAGE, "--limit must be at least 1, it is " + limit);
    }
    return limit;
  }
}
