package dev.questream.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.types.Password;

/**
 * A setting as it is in effect, for people: nothing secret is in it.
 *
 * @param name its name, with the prefix of those that are passed to Kafka
 * @param value as text; <code>${...}</code> as it was written; {@code [hidden]} for a secret
 * @param source where the value comes from
 */
public record EffectiveSetting(String name, String value, String source) {
  private static final String DEFAULT = "default";
  private static final String HIDDEN = "[hidden]";
  private static final Pattern USER_OF_URL = Pattern.compile("(?<=://)[^/@\\s]+(?=@)");

  /**
   * Every setting, in the order of the documentation; then those that are passed to Kafka.
   *
   * @param sources a later one wins; they are what {@code config} was made of
   */
  public static List<EffectiveSetting> all(
      QuestreamConfig config, List<ConfigSources.Source> sources) {
    Map<String, EffectiveSetting> given = new HashMap<>();
    Profile.defaults(config.originals())
        .forEach(
            (name, value) ->
                given.put(
                    name, of(name, value, "profile " + config.getString(QuestreamConfig.PROFILE))));
    for (ConfigSources.Source source : sources) {
      source.settings().forEach((name, value) -> given.put(name, of(name, value, source.name())));
    }
    List<EffectiveSetting> all = new ArrayList<>();
    for (ConfigDef.ConfigKey key : QuestreamConfig.CONFIG.configKeys().values()) {
      EffectiveSetting set = given.remove(key.name);
      all.add(
          set == null || !set.value().contains("${")
              ? of(
                  key.name,
                  text(config.values().get(key.name), key.type),
                  set == null ? DEFAULT : set.source())
              : set);
    }
    Set<String> passedThrough = new TreeSet<>(given.keySet());
    passedThrough.forEach(name -> all.add(given.get(name)));
    return all;
  }

  private static String text(Object value, ConfigDef.Type type) {
    return value instanceof Password password
        ? password.value()
        : ConfigDef.convertToString(value, type);
  }

  private static EffectiveSetting of(String name, String value, String source) {
    String text = value == null ? "" : value;
    return new EffectiveSetting(
        name,
        Secrets.isSecret(name) && !text.isEmpty()
            ? HIDDEN
            : USER_OF_URL.matcher(text).replaceAll(HIDDEN),
        source);
  }

  /** Whether somebody, or the profile, has set it. */
  public boolean changed() {
    return !source.equals(DEFAULT);
  }
}
