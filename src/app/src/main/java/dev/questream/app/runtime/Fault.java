package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Refusal;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.MisconfiguredInternalTopicException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TopologyException;

/**
 * What ended a stream thread. Most of it passes, or may: the cluster's troubles, a full disk, a
 * registry that is away. Final is what no new thread can mend; the list is in docs/guarantees.md.
 *
 * @param passing whether a new thread may succeed
 * @param status of the process, where it is final
 * @param line names the cause, not what Kafka made of it
 */
record Fault(boolean passing, ExitCode status, String line) {

  /**
   * Judges what a stream thread, or making one, has thrown.
   *
   * @param worked whether the application has answered before: then a right was taken away or a
   *     token service is down, and it may come back; else the settings were never right
   */
  static Fault of(Throwable thrown, QuestreamConfig config, boolean worked) {
    List<Throwable> chain = chain(thrown);
    String task = task(chain);
    Optional<FatalException> worded =
        chain.stream().filter(Fault::isOurWord).findFirst().map(FatalException.class::cast);
    if (worded.isPresent()) {
      return new Fault(false, worded.get().exitCode(), worded.get().getMessage());
    }
    Optional<FatalException> refusal = Refusal.of(thrown, config.servers());
    if (refusal.isPresent()) { // its words say all; where in Kafka it came up helps nobody
      return new Fault(worked, refusal.get().exitCode(), refusal.get().getMessage());
    }
    if (chain.stream().anyMatch(MissingSourceTopicException.class::isInstance)) {
      return new Fault(true, ExitCode.KAFKA, missing(config));
    }
    if (chain.stream().anyMatch(FencedInstanceIdException.class::isInstance)) {
      return new Fault(false, ExitCode.FAILED, twice(config));
    }
    for (int i = 0; i < chain.size(); i++) {
      Throwable cause = chain.get(i);
      if (isFinal(cause) || cause instanceof ConfigException && isOurs(chain.subList(0, i))) {
        return new Fault(false, ExitCode.FAILED, words(cause, chain) + task);
      }
    }
    return new Fault(true, ExitCode.FAILED, words(chain.get(chain.size() - 1), chain) + task);
  }

  private static List<Throwable> chain(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable cause = thrown; cause != null && !chain.contains(cause); ) {
      chain.add(cause);
      cause = cause.getCause();
    }
    return chain;
  }

  /** What we found out ourselves, and not a word for what Kafka refused. */
  private static boolean isOurWord(Throwable cause) {
    return cause instanceof FatalException && cause.getCause() == null;
  }

  private static boolean isFinal(Throwable cause) {
    return cause instanceof Error
        || cause instanceof UnsupportedVersionException
        || cause instanceof TopologyException
        || cause instanceof MisconfiguredInternalTopicException
        || cause instanceof EncoderException encoder && !encoder.reason().blamesText()
        || cause instanceof StreamsException && says(cause, "has invalid partitions");
  }

  /**
   * Kafka's clients were made with the same settings before. Where one cannot be made now, it is a
   * broker's name that is not found, or a certificate that is being replaced.
   */
  private static boolean isOurs(List<Throwable> around) {
    return around.stream()
        .noneMatch(
            cause ->
                says(cause, "Failed to construct kafka")
                    || says(cause, "Failed to create new KafkaAdminClient"));
  }

  private static boolean says(Throwable cause, String words) {
    return cause.getMessage() != null && cause.getMessage().contains(words);
  }

  private static String missing(QuestreamConfig config) {
    return "the topic %s is missing; make it again as it was (topics create)"
        .formatted(config.getString(QuestreamConfig.QUESTIONS_TOPIC));
  }

  private static String twice(QuestreamConfig config) {
    return "another process has taken the name %s in the group %s; give each its own instance.id and state.dir"
        .formatted(InstanceId.inUse(config), config.getString(QuestreamConfig.APPLICATION_ID));
  }

  /** The cause in one line; where it has no words, those of the next one around it. */
  private static String words(Throwable cause, List<Throwable> chain) {
    String kind = cause.getClass().getSimpleName();
    for (int i = chain.indexOf(cause); i >= 0; i--) {
      String message = chain.get(i).getMessage();
      if (message != null && !message.isBlank()) {
        return kind + ": " + message.lines().findFirst().orElse("").strip();
      }
    }
    return kind;
  }

  private static String task(List<Throwable> chain) {
    return chain.stream()
        .filter(StreamsException.class::isInstance)
        .flatMap(cause -> ((StreamsException) cause).taskId().stream())
        .findFirst()
        .map(id -> " (task " + id + ")")
        .orElse("");
  }

  FatalException asFailure(Throwable thrown) {
    return new FatalException(status, "Kafka Streams stopped: " + line, thrown);
  }
}
