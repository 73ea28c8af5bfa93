package dev.questream.app.command.rollover;

import dev.questream.app.command.GeneralOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Rolls a new model over the questions. */
@Command(
    name = "rollover",
    description = "Roll a new model over the questions: where it stands, and what it cannot reach.",
    subcommands = {RolloverStatusCommand.class, RolloverRefillCommand.class},
    synopsisSubcommandLabel = "(status | refill)")
public final class RolloverCommand {
  @Mixin private GeneralOptions general;
}
