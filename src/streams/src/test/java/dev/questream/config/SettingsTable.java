package dev.questream.config;

import dev.questream.config.SettingsDefinition.Topic;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.types.Password;

/** Renders settings as tables in Markdown. */
final class SettingsTable {
  private static final String HEAD =
      "| Name | Default | Values | Importance | Description |\n| --- | --- | --- | --- | --- |\n";

  /** Defaults that depend on the home folder of whoever asks. */
  private static final Map<String, String> HOME_DEFAULTS =
      Map.of(
          QuestreamConfig.CACHE_DIR, "~/.cache/questream",
          QuestreamConfig.STATE_DIR, "~/.local/state/questream");

  private SettingsTable() {}

  /** A section per topic. */
  static String render(List<Topic> topics) {
    return topics.stream().map(SettingsTable::section).collect(Collectors.joining("\n"));
  }

  /** One row per setting: the most important first, else in the order of the definition. */
  private static String section(Topic topic) {
    return topic.settings().configKeys().values().stream()
        .sorted(Comparator.comparing((ConfigKey key) -> key.importance))
        .map(SettingsTable::row)
        .collect(Collectors.joining("\n", "### %s\n\n%s".formatted(topic.title(), HEAD), "\n"));
  }

  private static String row(ConfigKey key) {
    return List.of(
            code(key.name),
            preset(key),
            values(key),
            key.importance.name().toLowerCase(Locale.ROOT),
            key.documentation)
        .stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static String preset(ConfigKey key) {
    if (HOME_DEFAULTS.containsKey(key.name)) {
      return code(HOME_DEFAULTS.get(key.name));
    }
    if (key.defaultValue == null) {
      return "(none)";
    }
    String text =
        key.type == Type.CLASS && key.defaultValue instanceof Class<?> type
            ? type.getName()
            : key.defaultValue instanceof Password password
                ? password.value()
                : ConfigDef.convertToString(key.defaultValue, key.type);
    return text.isEmpty() ? "(empty)" : code(text);
  }

  private static String values(ConfigKey key) {
    if (key.validator instanceof ConfigDef.ValidString words) {
      String list = words.toString();
      return List.of(list.substring(1, list.length() - 1).split(", ")).stream()
          .map(SettingsTable::code)
          .collect(Collectors.joining(", "));
    }
    if (key.validator instanceof ConfigDef.Range range) {
      return type(key) + ", " + bounds(range.toString());
    }
    return key.validator instanceof ConfigDef.NonEmptyString ? "text, not empty" : type(key);
  }

  /** From {@code [0,...]} and {@code [0,...,1]}. */
  private static String bounds(String range) {
    String[] parts = range.substring(1, range.length() - 1).split(",");
    return parts.length == 3
        ? "from %s to %s".formatted(parts[0], parts[2])
        : "%s or more".formatted(parts[0]);
  }

  private static String type(ConfigKey key) {
    return switch (key.type) {
      case INT, LONG -> "whole number";
      case DOUBLE -> "number";
      case LIST -> "list";
      case CLASS -> "class name";
      case BOOLEAN -> "true or false";
      case PASSWORD -> "text, never shown";
      default -> "text";
    };
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
