package dev.questream.app.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Looks after dead letters. */
@Command(
    name = "dlq",
    description = "List, show and replay dead letters: what could not be embedded.",
    subcommands = {DlqListCommand.class, DlqShowCommand.class, DlqReplayCommand.class},
    synopsisSubcommandLabel = "(list | show | replay)")
public final class DlqCommand {
  @Mixin private GeneralOptions general;
}
