package dev.questream.app;

import dev.questream.app.command.AskCommand;
import dev.questream.app.command.BenchCommand;
import dev.questream.app.command.ChaosCommand;
import dev.questream.app.command.DemoCommand;
import dev.questream.app.command.DlqCommand;
import dev.questream.app.command.EncodeCommand;
import dev.questream.app.command.EvaluateCommand;
import dev.questream.app.command.Failures;
import dev.questream.app.command.GeneralOptions;
import dev.questream.app.command.ModelCommand;
import dev.questream.app.command.RolloverCommand;
import dev.questream.app.command.RunCommand;
import dev.questream.app.command.TailCommand;
import dev.questream.app.command.TopicsCommand;
import dev.questream.app.terminal.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line: {@code questream COMMAND}. */
@Command(
    name = "questream",
    description = "Kafka Streams real-time embedding processor: questions in, embeddings out.",
    versionProvider = Version.class,
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      TopicsCommand.class,
      AskCommand.class,
      TailCommand.class,
      DlqCommand.class,
      RolloverCommand.class,
      EncodeCommand.class,
      EvaluateCommand.class,
      ModelCommand.class,
      BenchCommand.class,
      ChaosCommand.class
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
      "7:not ready to cut over"
    })
public final class Main {
  /** A logback.xml in our jar would take hold of the logs of whoever uses it as a library. */
  private static final String LOGBACK = "logback.configurationFile";

  @Mixin private GeneralOptions general;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Questream and of what it runs on.")
  private boolean version;

  public static void main(String[] arguments) {
    configureLogging(arguments);
    System.exit(execute(Console.system(), arguments));
  }

  /** Must come before the first logger is made. */
  private static void configureLogging(String... arguments) {
    if (System.getProperty(LOGBACK) == null) {
      System.setProperty(LOGBACK, "questream-logback.xml");
    }
    List<String> flags = Arrays.asList(arguments);
    if (flags.contains("-v") || flags.contains("--verbose")) {
      System.setProperty("questream.log.level", "DEBUG");
      System.setProperty("questream.log.libraries", "INFO");
      System.setProperty("questream.log.sender", "INFO");
      System.setProperty("questream.log.streams", "INFO");
    } else if (flags.contains("chaos")) {
      System.setProperty("questream.log.libraries", "ERROR"); // a broker that is away is no news
    } else if (arguments.length > 0 && List.of("demo", "bench").contains(arguments[0])) {
      System.setProperty("questream.log.level", "WARN");
      System.setProperty("questream.log.libraries", "ERROR");
      System.setProperty("questream.log.broker", "OFF"); // it logs what clients retry as errors
    }
  }

  /** Runs a command and gives its exit status. */
  public static int execute(Console console, String... arguments) {
    CommandLine commandLine = new CommandLine(new Main(), new Commands(console));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setExecutionExceptionHandler(new Failures());
    commandLine.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    return commandLine.execute(arguments);
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
