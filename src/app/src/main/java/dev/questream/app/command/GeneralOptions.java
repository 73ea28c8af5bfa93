package dev.questream.app.command;

import picocli.CommandLine.Option;

/** Options that every command has. */
public final class GeneralOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Read by {@code Main} before logging starts; declared here for the help. */
  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, of Kafka too, and failures in full.")
  private boolean verbose;
}
