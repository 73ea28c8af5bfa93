package dev.questream.config;

import static dev.questream.config.QuestreamConfig.APPLICATION_ID;
import static dev.questream.config.QuestreamConfig.BOOTSTRAP_SERVERS;
import static dev.questream.config.QuestreamConfig.DLQ_TOPIC;
import static dev.questream.config.QuestreamConfig.EMBEDDINGS_TOPIC;
import static dev.questream.config.QuestreamConfig.INSTANCE_ID;
import static dev.questream.config.QuestreamConfig.PROCESSING_GUARANTEE;
import static dev.questream.config.QuestreamConfig.QUESTIONS_TOPIC;
import static dev.questream.config.QuestreamConfig.SHUTDOWN_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STARTUP_TIMEOUT_MS;
import static dev.questream.config.QuestreamConfig.STATE_DIR;
import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/** The brokers, the topics, and this application among others. */
final class KafkaSettings {

  private KafkaSettings() {}

  static ConfigDef define() {
    return instance(topics(application()));
  }

  private static ConfigDef application() {
    return new ConfigDef()
        .define(
            BOOTSTRAP_SERVERS,
            Type.LIST,
            "localhost:9092",
            HIGH,
            "Kafka brokers to connect to first, as host:port, separated by commas.")
        .define(
            APPLICATION_ID,
            Type.STRING,
            "questream",
            new NonEmptyString(),
            HIGH,
            "Names the consumer group, the internal topics and the transactions. Instances with the"
                + " same application id share the work.")
        .define(
            PROCESSING_GUARANTEE,
            Type.STRING,
            StreamsConfig.EXACTLY_ONCE_V2,
            ValidString.in(StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE),
            HIGH,
            "exactly_once_v2: one committed answer per question, whatever happens. at_least_once:"
                + " nothing is lost, a crash may repeat answers, and consumers need not wait for"
                + " transactions.");
  }

  private static ConfigDef topics(ConfigDef settings) {
    return settings
        .define(
            QUESTIONS_TOPIC,
            Type.STRING,
            "questions",
            new NonEmptyString(),
            HIGH,
            "Topic to read questions from.")
        .define(
            EMBEDDINGS_TOPIC,
            Type.STRING,
            "embeddings",
            new NonEmptyString(),
            HIGH,
            "Topic to write embeddings to.")
        .define(
            DLQ_TOPIC,
            Type.STRING,
            "questions-dlq",
            new NonEmptyString(),
            HIGH,
            "Topic of the dead letters: records that cannot be embedded, with the reason in their"
                + " headers.");
  }

  private static ConfigDef instance(ConfigDef settings) {
    return settings
        .define(
            INSTANCE_ID,
            Type.STRING,
            "",
            MEDIUM,
            "Names this instance in the consumer group, so that it gets its partitions back at once"
                + " after a crash. Two running instances must never share a name. Empty: a name of"
                + " its own, kept in state.dir.")
        .define(
            STATE_DIR,
            Type.STRING,
            Folders.state().toString(),
            new NonEmptyString(),
            MEDIUM,
            "Folder of the pending store. Keep it over restarts: the next start is faster and ends"
                + " an unfinished transaction at once.")
        .define(
            STARTUP_TIMEOUT_MS,
            Type.LONG,
            15_000L,
            between(1, Integer.MAX_VALUE),
            LOW,
            "How long run looks for a broker at its start before giving up, and how long any command"
                + " waits for an answer of one that is there.")
        .define(
            SHUTDOWN_TIMEOUT_MS,
            Type.LONG,
            7_000L,
            atLeast(1),
            LOW,
            "How long a clean stop may take. What is still pending then stays in the store.");
  }

  /** Checks what belongs together. */
  static void check(QuestreamConfig config) {
    checkProtocol(config.streamsSettings().get(StreamsConfig.GROUP_PROTOCOL_CONFIG));
    List<String> topics =
        List.of(
            config.getString(QUESTIONS_TOPIC),
            config.getString(EMBEDDINGS_TOPIC),
            config.getString(DLQ_TOPIC));
    if (Set.copyOf(topics).size() < topics.size()) {
      throw new ConfigException(
          "%s, %s and %s must be three different topics, they are %s"
              .formatted(QUESTIONS_TOPIC, EMBEDDINGS_TOPIC, DLQ_TOPIC, String.join(", ", topics)));
    }
  }

  private static void checkProtocol(Object protocol) {
    if ("streams".equalsIgnoreCase(String.valueOf(protocol))) {
      throw new ConfigException(
          "streams.group.protocol=streams cannot be set: with it Kafka Streams lets nobody else make"
              + " its consumer, so that partitions of which enough is pending could not be paused,"
              + " nor partitions be added to the questions topic; leave it at classic");
    }
  }
}
