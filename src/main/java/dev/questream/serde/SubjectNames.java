package dev.questream.serde;

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
   * The strategy of that name, with or without a package before it.
   *
   * @throws ConfigException if there is none
   */
  static SubjectNames of(String setting, String name) {
    String plain = name.strip().substring(name.strip().lastIndexOf('.') + 1);
    return Arrays.stream(values())
        .filter(names -> names.strategy.equals(plain))
        .findFirst()
        .orElseThrow(() -> new ConfigException(setting, name, "must be one of " + choices()));
  }
}
