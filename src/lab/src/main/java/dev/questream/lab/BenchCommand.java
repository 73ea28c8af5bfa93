package dev.questream.lab;

import dev.questream.app.command.GeneralOptions;
import dev.questream.lab.bench.encoder.BenchDistilCommand;
import dev.questream.lab.bench.encoder.BenchEncoderCommand;
import dev.questream.lab.bench.stream.BenchServeCommand;
import dev.questream.lab.bench.stream.BenchStreamCommand;
import dev.questream.lab.bench.stream.BenchUnchangedCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures how fast this machine runs it; {@code docs/performance.md} says what figures mean. */
@Command(
    name = "bench",
    description =
        "Measure the encoder, the whole stream, requests beside it, or training, on this machine.",
    subcommands = {
      BenchEncoderCommand.class,
      BenchStreamCommand.class,
      BenchServeCommand.class,
      BenchUnchangedCommand.class,
      BenchDistilCommand.class
    },
    synopsisSubcommandLabel = "(encoder | stream | serve | unchanged | distil)")
public final class BenchCommand {
  @Mixin private GeneralOptions general;
}
