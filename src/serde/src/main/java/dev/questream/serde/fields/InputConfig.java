package dev.questream.serde.fields;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/**
 * The settings that say where a question stands in records of somebody else's.
 *
 * <p>Other settings in the same map are let be.
 */
public final class InputConfig extends AbstractConfig {
  public static final String TEXT = "input.text";
  public static final String TEXT_SEPARATOR = "input.text.separator";
  public static final String ID = "input.id";
  public static final String TITLE = "input.title";
  public static final String ASKED_AT = "input.asked.at";
  public static final String METADATA = "input.metadata";
  public static final String KEY = "input.key";
  public static final String ENVELOPE = "input.envelope";
  public static final String SCHEMA_FILE = "input.schema.file";

  static final String ASKED_AT_FIELD = "asked_at_ms";

  /** All settings with their defaults, bounds and documentation. */
  public static final ConfigDef CONFIG = records(fields());

  /** How keys are written. */
  public enum KeyFormat {
    /** Avro of a registry, a JSON object, or else text. */
    AUTO,
    /** UTF-8. */
    STRING,
    /** Any JSON. */
    JSON,
    /** Avro, in either framing. */
    AVRO,
    /** Four bytes, the highest first. */
    INT,
    /** Eight bytes, the highest first. */
    LONG,
    /** Sixteen bytes, the highest first. */
    UUID
  }

  private final Map<String, ?> settings;

  /**
   * Checks settings.
   *
   * @throws ConfigException if a value is invalid
   */
  public InputConfig(Map<String, ?> settings) {
    super(CONFIG, settings, false);
    this.settings = settings;
  }

  private static ConfigDef fields() {
    return new ConfigDef()
        .define(
            TEXT,
            Type.LIST,
            "text",
            Importance.HIGH,
            "The field that is the question's text, as a path (after.body, messages.0.text). Several,"
                + " separated by commas, are joined; one that is missing or null is left out. Not only"
                + " fields of the value: also key, key.NAME, headers.NAME, timestamp (the record's) and"
                + " value (the whole). A field of the value with such a name is value.NAME.")
        .define(
            TEXT_SEPARATOR,
            Type.STRING,
            "",
            Importance.LOW,
            "What stands between several texts. Not set: a line break.")
        .define(
            ID,
            Type.LIST,
            "id",
            Importance.HIGH,
            "The field that is the question's id; several are joined by a slash. Not set: id if the"
                + " value has one, else the key; with input.envelope=debezium the key, else id.")
        .define(
            TITLE,
            Type.LIST,
            "",
            Importance.MEDIUM,
            "The field that is a title, which the model takes before the text. Empty: none.")
        .define(
            ASKED_AT,
            Type.STRING,
            ASKED_AT_FIELD,
            Importance.MEDIUM,
            "The field that says when the question was asked: milliseconds since 1970-01-01 UTC, or"
                + " what its schema says, or text in ISO 8601. Not set, with input.envelope=cloudevents:"
                + " the event's time.")
        .define(
            METADATA,
            Type.LIST,
            "metadata",
            Importance.MEDIUM,
            "The fields that are carried to the embedding as metadata, each under its last name; of an"
                + " object all fields.");
  }

  private static ConfigDef records(ConfigDef config) {
    return config
        .define(
            KEY,
            Type.STRING,
            "auto",
            oneOf(KeyFormat.values()),
            Importance.MEDIUM,
            "How keys are written, where an id comes from them: string (UTF-8), json, avro, int, long"
                + " (4 or 8 bytes, the highest first), uuid (16 bytes) or auto (Avro of the registry, a"
                + " JSON object, a number that begins with a zero byte, else string). Of an object it"
                + " is the field that input.id names, or its only one, or the whole as JSON.")
        .define(
            ENVELOPE,
            Type.STRING,
            "none",
            oneOf(Envelope.values()),
            Importance.HIGH,
            "What the value is wrapped in: none, debezium (changes of a table, with or without"
                + " ExtractNewRecordState) or cloudevents (structured or binary). Paths begin inside.")
        .define(
            SCHEMA_FILE,
            Type.LIST,
            "",
            Importance.LOW,
            "Avro schemas (.avsc) of records in single-object encoding, separated by commas; one may"
                + " use the types of those before it.");
  }

  private static ValidString oneOf(Enum<?>[] words) {
    return ValidString.in(
        Arrays.stream(words)
            .map(word -> word.name().toLowerCase(Locale.ROOT))
            .toArray(String[]::new));
  }

  public KeyFormat keyFormat() {
    return KeyFormat.valueOf(getString(KEY).toUpperCase(Locale.ROOT));
  }

  public Envelope envelope() {
    return Envelope.valueOf(getString(ENVELOPE).toUpperCase(Locale.ROOT));
  }

  /** Whether questions stand elsewhere than in records of our own. */
  public boolean isForeign() {
    Map<String, Object> ours = CONFIG.defaultValues();
    return envelope() != Envelope.NONE
        || keyFormat().compareTo(KeyFormat.STRING) > 0
        || List.of(TEXT, ID, TITLE, ASKED_AT, METADATA).stream()
            .anyMatch(name -> !get(name).equals(ours.get(name)));
  }

  /** Whether somebody has set it. */
  boolean isSet(String name) {
    return settings.get(name) != null;
  }

  String separator() {
    Object set = settings.get(TEXT_SEPARATOR); // as it was written: a space matters
    return set == null || set.toString().isEmpty() ? "\n" : set.toString();
  }

  /**
   * Where a part of a question is found.
   *
   * @throws ConfigException if it is no list of paths
   */
  List<Source> sources(String name) {
    List<String> written = name.equals(ASKED_AT) ? List.of(getString(name)) : getList(name);
    return written.stream()
        .filter(path -> !path.isEmpty())
        .map(path -> Source.of(name, path, isSet(name) ? name + "=" + path : '"' + path + '"'))
        .toList();
  }
}
