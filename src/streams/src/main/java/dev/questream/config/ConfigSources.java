package dev.questream.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * Collects settings from their sources; a later source wins: file, file of Kafka's clients,
 * environment, command line.
 *
 * <p>The environment variable of a setting is {@code QUESTREAM_} and its name in upper case with
 * underscores for dots: {@code QUESTREAM_BOOTSTRAP_SERVERS}.
 */
public final class ConfigSources {
  private static final String VARIABLE_PREFIX = "QUESTREAM_";

  /** What Kubernetes sets in every container beside a service that is named questream. */
  private static final Pattern KUBERNETES =
      Pattern.compile("QUESTREAM_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP)(_.*)?)?)");

  private ConfigSources() {}

  /**
   * Where settings come from.
   *
   * @param name for people
   */
  public record Source(String name, Map<String, String> settings) {}

  /**
   * The sources, the weakest first.
   *
   * @param file a properties file, if one was named
   * @param clientFile a properties file as Kafka's own tools take it, if one was named: settings of
   *     Kafka's clients, without a prefix
   * @param environment the process's environment
   * @param flags settings from the command line
   * @throws ConfigException if the file cannot be read
   */
  public static List<Source> sources(
      Optional<Path> file,
      Optional<Path> clientFile,
      Map<String, String> environment,
      Map<String, String> flags) {
    List<Source> sources = new ArrayList<>();
    file.ifPresent(path -> sources.add(new Source("file " + path, read(path))));
    clientFile.ifPresent(path -> sources.add(new Source("file " + path, ofClients(read(path)))));
    sources.add(new Source("environment", fromEnvironment(environment)));
    sources.add(new Source("command line", flags));
    return sources;
  }

  /** All settings, of the strongest source that has each. */
  public static Map<String, String> merge(List<Source> sources) {
    Map<String, String> settings = new HashMap<>();
    sources.forEach(source -> settings.putAll(source.settings()));
    return settings;
  }

  /** The settings of a properties file, if one was named, the environment and the command line. */
  public static Map<String, String> merge(
      Optional<Path> file, Map<String, String> environment, Map<String, String> flags) {
    return merge(sources(file, Optional.empty(), environment, flags));
  }

  /** What is Questream's own stays; everything else is Kafka's. */
  private static Map<String, String> ofClients(Map<String, String> settings) {
    Map<String, String> prefixed = new HashMap<>();
    settings.forEach(
        (key, value) ->
            prefixed.put(QuestreamConfig.isKnown(key) ? key : PassedThrough.KAFKA + key, value));
    return prefixed;
  }

  private static Map<String, String> read(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new ConfigException("the configuration file " + file + " does not exist");
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("the configuration file %s cannot be read: %s".formatted(file, e));
    }
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    return settings;
  }

  private static Map<String, String> fromEnvironment(Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(VARIABLE_PREFIX) && !KUBERNETES.matcher(name).matches()) {
            settings.put(key(name), value);
          }
        });
    return settings;
  }

  private static String key(String variable) {
    String key =
        variable.substring(VARIABLE_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
    if (!QuestreamConfig.isKnown(key)) {
      throw new ConfigException(
          "the environment variable %s: %s"
              .formatted(variable, UnknownKeys.message(key, QuestreamConfig.CONFIG.names())));
    }
    return key;
  }
}
