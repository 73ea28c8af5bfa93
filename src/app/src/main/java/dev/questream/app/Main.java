package dev.questream.app;

import dev.questream.app.command.AskCommand;
import dev.questream.app.command.CommandProvider;
import dev.questream.app.command.CompletionCommand;
import dev.questream.app.command.ConfigCommand;
import dev.questream.app.command.EncodeCommand;
import dev.questream.app.command.Failures;
import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.ModelCommand;
import dev.questream.app.command.ProduceCommand;
import dev.questream.app.command.RunCommand;
import dev.questream.app.command.ServeCommand;
import dev.questream.app.command.TailCommand;
import dev.questream.app.command.TopicsCommand;
import dev.questream.app.command.deadletter.DlqCommand;
import dev.questream.app.command.rollover.RolloverCommand;
import dev.questream.app.console.Console;
import dev.questream.app.console.EarlyStop;
import dev.questream.app.log.Logging;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line: {@code questream COMMAND}. */
@Command(
    name = "questream",
    description = "Kafka Streams real-time embedding processor: questions in, embeddings out.",
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      ServeCommand.class,
      TopicsCommand.class,
      ProduceCommand.class,
      AskCommand.class,
      TailCommand.class,
      DlqCommand.class,
      RolloverCommand.class,
      EncodeCommand.class,
      ModelCommand.class,
      ConfigCommand.class,
      CompletionCommand.class
    },
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or stopped cleanly",
      "1:something failed while running",
      "2:wrong flag, setting or value",
      "3:the model is missing, damaged or of the wrong kind",
      "4:Kafka or the schema registry is not reachable, or a topic is missing",
      "5:this machine lacks something: disk space, a free port, a readable file, Java 17",
      "6:done, but some inputs were rejected",
      "7:not ready to cut over",
      "8:a model learnt and became no better",
      "9:a training has come to a loss or a gradient that is no number"
    })
public final class Main {
  @Mixin private GeneralOptions general;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Questream and of what it runs on.")
  private boolean version;

  public static void main(String[] arguments) {
    if (Logging.isService(arguments)) {
      EarlyStop.arm(); // other commands are to be completed
    }
    Logging.configure(System.getenv(), arguments);
    int status = execute(Console.system(), arguments);
    EarlyStop.disarm();
    System.exit(status);
  }

  /** Runs a command and gives its exit status. */
  public static int execute(Console console, String... arguments) {
    CommandLine commandLine = new CommandLine(new Main(), new Commands(console));
    for (CommandProvider provider : ServiceLoader.load(CommandProvider.class)) {
      provider.commands().forEach(commandLine::addSubcommand);
    }
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    CommandLine.IParameterExceptionHandler refusal = commandLine.getParameterExceptionHandler();
    commandLine.setParameterExceptionHandler(
        (e, words) -> refusal.handleParseException(worded(e), words));
    commandLine.setExecutionExceptionHandler(new Failures(Logging.isJson()));
    commandLine.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    return commandLine.execute(arguments);
  }

  /** Of an option that is a map picocli says {@code option option}. */
  private static ParameterException worded(ParameterException refused) {
    String twice = "option option";
    return refused.getMessage().contains(twice)
        ? new ParameterException(
            refused.getCommandLine(), refused.getMessage().replace(twice, "option"))
        : refused;
  }

  /** Gives each command the console. */
  private record Commands(Console console) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      for (var constructor : type.getDeclaredConstructors()) {
        if (Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {Console.class})) {
          return type.cast(constructor.newInstance(console));
        }
      }
      return CommandLine.defaultFactory().create(type);
    }
  }
}
