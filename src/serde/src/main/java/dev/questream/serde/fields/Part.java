package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;

/**
 * A part of a question: where it is found, and whether somebody has said so.
 *
 * @param sources in order; of some parts there may be none
 */
record Part(String setting, List<Source> sources, boolean set) {

  static Part of(InputConfig config, String setting) {
    return new Part(setting, config.sources(setting), config.isSet(setting));
  }

  /**
   * One that must name a field.
   *
   * @throws ConfigException if it names none
   */
  static Part required(InputConfig config, String setting) {
    Part part = of(config, setting);
    if (part.sources.isEmpty()) {
      throw new ConfigException(setting, "", "must name a field");
    }
    return part;
  }

  Source first() {
    return sources.get(0);
  }

  Source last() {
    return sources.get(sources.size() - 1);
  }

  /** What a source goes by: its last name, or all of them where that is not only its. */
  String name(Source source) {
    long same =
        sources.stream().filter(other -> other.lastName().equals(source.lastName())).count();
    return same == 1 ? source.lastName() : source.name();
  }

  /** Whether all of it is there, and null. */
  boolean isNull(RecordParts record) {
    for (Source source : sources) {
      Datum found = source.find(record);
      if (found == null || !found.raw().isNull()) {
        return false;
      }
    }
    return true;
  }

  /** All texts that are there; empty if none is. */
  Optional<String> joined(RecordParts record, String separator) {
    String joined = null;
    for (Source source : sources) {
      Datum datum = source.find(record);
      JsonNode held = datum == null ? null : datum.json();
      if (held != null && !held.isNull()) {
        String text = text(source.label(), held, separator);
        joined = joined == null ? text : joined + separator + text;
      }
    }
    return Optional.ofNullable(joined);
  }

  private static String text(String label, JsonNode held, String separator) {
    if (Debezium.isUnavailable(held)) {
      throw new FieldException(
          label
              + " was not changed, so Debezium left it out: let the table have REPLICA IDENTITY"
              + " FULL");
    }
    if (held.isArray()) {
      List<String> items = new ArrayList<>();
      held.forEach(item -> items.add(scalar(label, item)));
      return String.join(separator, items);
    }
    return scalar(label, held);
  }

  private static String scalar(String label, JsonNode held) {
    if (held.isContainerNode()) {
      throw new FieldException(
          held.isObject()
              ? "%s is an object: name one of its fields, which are %s"
                  .formatted(label, new JsonDatum(held).names())
              : label + " is an array of arrays");
    }
    return held.asText();
  }
}
