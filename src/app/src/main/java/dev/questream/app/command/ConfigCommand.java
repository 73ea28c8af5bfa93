package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.io.Json;
import dev.questream.config.EffectiveSetting;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at the settings. */
@Command(
    name = "config",
    description = "Look at the settings.",
    subcommands = ConfigCommand.Show.class)
public final class ConfigCommand {
  @Mixin private GeneralOptions general;

  /** Shows the value of every setting and where it comes from. */
  @Command(
      name = "show",
      description = {
        "Show the settings as they are in effect, and where each comes from.",
        "Secrets are hidden, and ${...} is shown as it was written."
      },
      sortOptions = false)
  public static final class Show implements Callable<Integer> {
    private final Console console;
    @Mixin private SettingsOptions settings;
    @Mixin private GeneralOptions general;

    @Option(names = "--changed", description = "Only what is not a default.")
    private boolean changed;

    @Option(names = "--json", description = "One JSON object a setting.")
    private boolean json;

    public Show(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      List<EffectiveSetting> shown =
          settings.effective().stream().filter(setting -> !changed || setting.changed()).toList();
      int width = shown.stream().mapToInt(setting -> setting.name().length()).max().orElse(1);
      for (EffectiveSetting setting : shown) {
        console
            .out()
            .println(
                json
                    ? Json.line(setting)
                    : ("%-" + width + "s  %s  (%s)")
                        .formatted(
                            setting.name(), Console.printable(setting.value()), setting.source()));
      }
      return ExitCode.OK.status();
    }
  }
}
