package dev.questream.config;

import static dev.questream.config.QuestreamConfig.LOG_FORMAT;
import static dev.questream.config.QuestreamConfig.METRICS_KAFKA_ALL;
import static dev.questream.config.QuestreamConfig.TRACING_ENDPOINT;
import static dev.questream.config.QuestreamConfig.TRACING_HEADERS;
import static dev.questream.config.QuestreamConfig.TRACING_RATIO;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;

/** Logs, metrics and traces. */
final class TelemetrySettings {
  private static final ConfigDef.Validator ENDPOINT =
      ConfigDef.LambdaValidator.with(
          (name, value) -> {
            if (!value.toString().matches("|https?://\\S+")) {
              throw new ConfigException(
                  name, value, "must be an address such as http://localhost:4318/v1/traces");
            }
          },
          () -> "http:// or https:// address");

  private TelemetrySettings() {}

  static ConfigDef define() {
    return new ConfigDef()
        .define(
            LOG_FORMAT,
            Type.STRING,
            "text",
            ValidString.in("text", "json"),
            LOW,
            "Format of the log on standard error: text for people, or json, one object per line, for"
                + " programs.")
        .define(
            METRICS_KAFKA_ALL,
            Type.BOOLEAN,
            false,
            LOW,
            "Whether /metrics has all of Kafka's own metrics, two thousand lines, and not just those"
                + " that docs/operate.md lists.")
        .define(
            TRACING_ENDPOINT,
            Type.STRING,
            "",
            ENDPOINT,
            LOW,
            "Where to send spans, as OTLP in protobuf over HTTP: http://collector:4318/v1/traces."
                + " Empty: no traces; trace headers pass unchanged.")
        .define(
            TRACING_HEADERS,
            Type.PASSWORD,
            "",
            LOW,
            "Headers for the collector, as name=value, separated by commas.")
        .define(
            TRACING_RATIO,
            Type.DOUBLE,
            1.0,
            SettingsDefinition.SHARE,
            LOW,
            "Share of the questions without a traceparent header to trace. The others follow their"
                + " header.");
  }
}
