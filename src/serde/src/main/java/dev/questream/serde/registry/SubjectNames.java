package dev.questream.serde.registry;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/** The subject that a topic's values are registered under, by the strategies of Confluent. */
enum SubjectNames {
  TOPIC("TopicNameStrategy") {
    @Override
    String subject(String topic, Schema schema) {
      return topic + "-value";
    }
  },
  RECORD("RecordNameStrategy") {
    @Override
    String subject(String topic, Schema schema) {
      return schema.getFullName();
    }
  },
  TOPIC_RECORD("TopicRecordNameStrategy") {
    @Override
    String subject(String topic, Schema schema) {
      return topic + "-" + schema.getFullName();
    }
  };

  private final String strategy;

  SubjectNames(String strategy) {
    this.strategy = strategy;
  }

  abstract String subject(String topic, Schema schema);

  String strategy() {
    return strategy;
  }

  static String choices() {
    return Arrays.stream(values()).map(SubjectNames::strategy).collect(Collectors.joining(", "));
  }

  /**
   * The strategy that a setting names, with or without a package before it.
   *
   * @throws ConfigException if there is none
   */
  static SubjectNames of(String name, String value) {
    String plain = value.strip().substring(value.strip().lastIndexOf('.') + 1);
    return Arrays.stream(values())
        .filter(names -> names.strategy.equals(plain))
        .findFirst()
        .orElseThrow(() -> new ConfigException(name, value, "must be one of " + choices()));
  }
}
