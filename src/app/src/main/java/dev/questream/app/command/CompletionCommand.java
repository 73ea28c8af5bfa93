package dev.questream.app.command;

import dev.questream.app.console.Console;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a shell complete commands and options. */
@Command(
    name = "completion",
    description = {
      "Print a script that lets the shell complete commands and options.",
      "Put `source <(questream completion bash)` into ~/.bashrc, or the same with zsh into"
          + " ~/.zshrc."
    })
public final class CompletionCommand implements Runnable {
  private final Console console;

  @Mixin private GeneralOptions general;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh; the script is the same.")
  private Shell shell;

  /** The shells that take the script. */
  enum Shell {
    BASH,
    ZSH
  }

  public CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    console.out().print(AutoComplete.bash("questream", spec.root().commandLine()));
  }
}
