package dev.questream.app.command.deadletter;

import dev.questream.app.command.GeneralOptions;
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
