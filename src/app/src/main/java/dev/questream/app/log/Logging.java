package dev.questream.app.log;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Sets logging up by the command line. Must come before the first logger is made, so it looks for
 * the few words that matter itself; that they are right is checked when the settings are read.
 */
public final class Logging {
  private static final String FORMAT = "log.format";

  /** A logback.xml in our jar would take hold of the logs of whoever uses it as a library. */
  private static final String LOGBACK = "logback.configurationFile";

  private static final String VARIABLE = "QUESTREAM_LOG_FORMAT";
  private static final List<String> FILE_FLAGS = List.of("-c", "--config", "--command-config");

  /**
   * Commands that run until they are stopped; a failure of any other one is a line that says all.
   */
  private static final List<String> SERVICES = List.of("run", "serve");

  private Logging() {}

  /** Sets the levels and the format. */
  public static void configure(Map<String, String> environment, String... arguments) {
    if (System.getProperty(LOGBACK) == null) {
      System.setProperty(LOGBACK, "questream-logback.xml");
    }
    setLevels(arguments);
    if (format(environment, arguments).equals("json")) {
      System.setProperty("questream.log.format", "json");
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install(); // for libraries that log to the JDK
  }

  /** Whether log lines are for programs. */
  public static boolean isJson() {
    return "json".equals(System.getProperty("questream.log.format"));
  }

  private static void setLevels(String... arguments) {
    List<String> words = Arrays.asList(arguments);
    if (words.contains("-v") || words.contains("--verbose")) {
      System.setProperty("questream.log.level", "DEBUG");
      System.setProperty("questream.log.libraries", "INFO");
      System.setProperty("questream.log.sender", "INFO");
      System.setProperty("questream.log.streams", "INFO");
    } else if (!isService(arguments)) {
      System.setProperty("questream.log.libraries", "OFF");
      System.setProperty("questream.log.sender", "OFF");
      System.setProperty("questream.log.broker", "OFF");
      System.setProperty("questream.log.stop", "WARN");
      if (List.of("demo", "bench").contains(command(arguments))) {
        System.setProperty("questream.log.level", "WARN");
      }
    }
  }

  /** Whether the command writes logs, and may be stopped at any time. */
  public static boolean isService(String... arguments) {
    return SERVICES.contains(command(arguments));
  }

  private static String command(String... arguments) {
    return Arrays.stream(arguments).filter(word -> !word.startsWith("-")).findFirst().orElse("");
  }

  /** As settings are merged: the command line wins over the environment, that over the file. */
  static String format(Map<String, String> environment, String... arguments) {
    return flag(arguments)
        .or(() -> Optional.ofNullable(environment.get(VARIABLE)))
        .or(() -> file(arguments))
        .orElse("text")
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private static Optional<String> flag(String... arguments) {
    String found = null;
    for (int i = 0; i < arguments.length; i++) {
      String setting =
          arguments[i].startsWith("--set=")
              ? arguments[i].substring("--set=".length())
              : arguments[i].equals("--set") && i + 1 < arguments.length ? arguments[i + 1] : "";
      if (setting.startsWith(FORMAT + "=")) {
        found = setting.substring(FORMAT.length() + 1);
      }
    }
    return Optional.ofNullable(found);
  }

  private static Optional<String> file(String... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      for (String flag : FILE_FLAGS) {
        if (arguments[i].equals(flag) && i + 1 < arguments.length) {
          return read(arguments[i + 1]);
        }
        if (arguments[i].startsWith(flag + "=")) {
          return read(arguments[i].substring(flag.length() + 1));
        }
      }
    }
    return Optional.empty();
  }

  /** A file that cannot be read is reported when the settings are read. */
  private static Optional<String> read(String file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(file))) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.ofNullable(properties.getProperty(FORMAT));
  }
}
