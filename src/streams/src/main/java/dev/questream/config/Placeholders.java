package dev.questream.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.apache.kafka.common.utils.Utils;

/**
 * Puts values from elsewhere into settings: <code>${env:NAME}</code>, <code>${file:PATH:KEY}</code>
 * and <code>${dir:PATH:KEY}</code>, by Kafka's own config providers.
 *
 * <p>Nothing is read unless {@code config.providers} names the provider and a parameter of it says
 * what may be read. A placeholder that cannot be filled in is an error; it never goes to Kafka as
 * it stands. All settings are resolved here, once, those that are passed through too, so Kafka's
 * clients see values only.
 */
final class Placeholders {
  static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;
  private static final String PREFIX = PROVIDERS + ".";
  private static final Pattern OWN_KEY = Pattern.compile("[^.]+\\.(class|param\\..+)");
  private static final Pattern LEFT_OVER = Pattern.compile("\\$\\{(env|file|dir):[^}]*}");

  /** What a provider needs to be told: a short name's class, and the bound of what it may read. */
  private record Known(Class<? extends ConfigProvider> type, String bound, String example) {}

  private static final Map<String, Known> KNOWN =
      Map.of(
          "env",
          new Known(
              EnvVarConfigProvider.class,
              EnvVarConfigProvider.ALLOWLIST_PATTERN_CONFIG,
              "KAFKA_.*"),
          "file",
          new Known(
              FileConfigProvider.class,
              FileConfigProvider.ALLOWED_PATHS_CONFIG,
              "/etc/questream/secrets"),
          "dir",
          new Known(
              DirectoryConfigProvider.class,
              DirectoryConfigProvider.ALLOWED_PATHS_CONFIG,
              "/run/secrets"));

  private Placeholders() {}

  /** Whether the setting is about the providers themselves. */
  static boolean isProviderKey(String key) {
    return key.equals(PROVIDERS)
        || (key.startsWith(PREFIX) && OWN_KEY.matcher(key.substring(PREFIX.length())).matches());
  }

  /**
   * The settings with all placeholders filled in, without those of the providers.
   *
   * @throws ConfigException that names the setting, never its value
   */
  static Map<String, Object> resolve(Map<String, ?> settings) {
    Map<String, Object> resolved = new HashMap<>();
    Map<String, ConfigProvider> providers = providers(settings);
    try {
      ConfigTransformer transformer = new ConfigTransformer(providers);
      settings.forEach(
          (key, value) -> {
            if (!isProviderKey(key)) {
              resolved.put(
                  key,
                  value instanceof String text
                      ? resolve(key, text, transformer, providers.keySet())
                      : value);
            }
          });
    } finally {
      providers.values().forEach(provider -> Utils.closeQuietly(provider, "config provider"));
    }
    return resolved;
  }

  private static String resolve(
      String key, String text, ConfigTransformer transformer, Set<String> providers) {
    Matcher left = LEFT_OVER.matcher(text);
    while (left.find()) {
      if (!providers.contains(left.group(1))) {
        throw new ConfigException(
            "%s has the placeholder %s, but config.providers does not name %s (docs/secure.md)"
                .formatted(key, left.group(), left.group(1)));
      }
    }
    try {
      return transformer.transform(Map.of(key, text)).data().get(key);
    } catch (KafkaException e) {
      throw new ConfigException("%s: %s".formatted(key, e.getMessage()));
    }
  }

  private static Map<String, ConfigProvider> providers(Map<String, ?> settings) {
    Map<String, ConfigProvider> providers = new LinkedHashMap<>();
    Object named = settings.get(PROVIDERS);
    for (String name :
        named == null ? new String[0] : named.toString().strip().split("\\s*,\\s*")) {
      if (!name.isEmpty()) {
        providers.put(name, new Strict(name, provider(name, settings)));
      }
    }
    requireNamed(settings.keySet(), providers.keySet());
    return providers;
  }

  private static void requireNamed(Set<String> keys, Set<String> providers) {
    for (String key : new TreeSet<>(keys)) {
      if (key.startsWith(PREFIX) && isProviderKey(key)) {
        String name = key.substring(PREFIX.length(), key.indexOf('.', PREFIX.length()));
        if (!providers.contains(name)) {
          throw new ConfigException(
              "%s is set, but %s does not name %s".formatted(key, PROVIDERS, name));
        }
      }
    }
  }

  private static ConfigProvider provider(String name, Map<String, ?> settings) {
    String type = text(settings, PREFIX + name + ".class");
    Known known = KNOWN.get(name);
    if (known == null && type.isEmpty()) {
      throw new ConfigException(
          "%s names %s: there are env, file and dir; for another set %s%s.class"
              .formatted(PROVIDERS, name, PREFIX, name));
    }
    String paramPrefix = PREFIX + name + ".param.";
    Map<String, Object> params = new HashMap<>();
    settings.forEach(
        (key, value) -> {
          if (key.startsWith(paramPrefix)) {
            params.put(key.substring(paramPrefix.length()), value.toString().strip());
          }
        });
    try {
      ConfigProvider provider =
          type.isEmpty()
              ? Utils.newInstance(known.type())
              : Utils.newInstance(type, ConfigProvider.class);
      requireBound(name, provider, params.keySet(), paramPrefix);
      provider.configure(params);
      return provider;
    } catch (ClassNotFoundException | KafkaException e) {
      throw new ConfigException("the config provider %s: %s".formatted(name, e.getMessage()));
    }
  }

  /** Kafka's providers read everything unless they are told what they may; here they must be. */
  private static void requireBound(
      String name, ConfigProvider provider, Set<String> params, String paramPrefix) {
    for (Known known : KNOWN.values()) {
      if (known.type().isInstance(provider) && !params.contains(known.bound())) {
        throw new ConfigException(
            "config.providers names %s, but not what it may read: set %s%s, such as %s"
                .formatted(name, paramPrefix, known.bound(), known.example()));
      }
    }
  }

  private static String text(Map<String, ?> settings, String key) {
    Object value = settings.get(key);
    return value == null ? "" : value.toString().strip();
  }

  /** Kafka leaves a placeholder as it is if it finds nothing; this says so. */
  private record Strict(String name, ConfigProvider provider) implements ConfigProvider {
    @Override
    public ConfigData get(String path, Set<String> keys) {
      Map<String, String> found = new HashMap<>(provider.get(path, keys).data());
      for (String key : keys) {
        if (found.get(key) == null) {
          throw new ConfigException(
              "${%s:%s%s} has no value: it is not there, not readable, or %s does not allow it"
                  .formatted(
                      name,
                      path.isEmpty() ? "" : path + ":",
                      key,
                      KNOWN.containsKey(name)
                          ? PREFIX + name + ".param." + KNOWN.get(name).bound()
                          : "the provider"));
        }
      }
      found.replaceAll((key, value) -> withoutLineEnd(value));
      return new ConfigData(found);
    }

    /** Files of one secret often end with a line break that is no part of it. */
    private static String withoutLineEnd(String value) {
      String line = value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
      return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    @Override
    public ConfigData get(String path) {
      return provider.get(path);
    }

    @Override
    public void configure(Map<String, ?> configs) {
      provider.configure(configs);
    }

    @Override
    public void close() throws java.io.IOException {
      provider.close();
    }
  }
}
