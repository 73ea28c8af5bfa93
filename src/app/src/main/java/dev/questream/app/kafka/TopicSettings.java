package dev.questream.app.kafka;

import dev.questream.topology.TopicContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The settings of a topic that is there. They may differ from the contract; a finding is only what
 * loses records that the contract keeps, or refuses what is written.
 *
 * @param name of the topic
 * @param values the brokers' defaults included
 * @param replicas of each partition
 * @param contract what the topic should be like
 */
record TopicSettings(
    String name, Map<String, String> values, int replicas, TopicContract.Topic contract) {
  private static final String POLICY = TopicConfig.CLEANUP_POLICY_CONFIG;
  private static final String RETENTION = TopicConfig.RETENTION_MS_CONFIG;
  private static final String TOMBSTONES = TopicConfig.DELETE_RETENTION_MS_CONFIG;

  List<TopicFinding> ofQuestions() {
    List<TopicFinding> findings = ofAny();
    if (compacts()) {
      findings.add(
          warning(
              "%s: a question may disappear unread when another has its key, and questions without"
                  + " key are refused; set cleanup.policy=delete",
              set(POLICY)));
    }
    findings.addAll(
        shorter(RETENTION, "a question that is not read within %s is deleted unanswered"));
    return findings;
  }

  List<TopicFinding> ofEmbeddings() {
    List<TopicFinding> findings = ofAny();
    if (deletes() && number(RETENTION) >= 0) {
      findings.add(
          warning(
              "%s: embeddings older than %s (retention.ms) disappear from the topic, and a new sink"
                  + " will not see them; set cleanup.policy=compact",
              set(POLICY), time(number(RETENTION))));
    }
    if (compacts()) {
      findings.addAll(shorter(TOMBSTONES, "a sink that is away for more than %s misses deletions"));
    }
    return findings;
  }

  List<TopicFinding> ofDeadLetters() {
    List<TopicFinding> findings = ofAny();
    if (compacts()) {
      findings.add(
          severe(
              "%s: the broker refuses a dead letter without key, and nothing behind it is answered;"
                  + " of those with a key only the last stays; set cleanup.policy=delete",
              set(POLICY)));
    }
    findings.addAll(shorter(RETENTION, "a dead letter that is not replayed within %s is deleted"));
    return findings;
  }

  private List<TopicFinding> ofAny() {
    List<TopicFinding> findings = new ArrayList<>();
    long inSync = number(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    if (inSync > replicas) {
      findings.add(
          severe(
              "%s, but %d replicas: nothing can be written; add replicas, or lower it",
              set(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG), replicas));
    }
    return findings;
  }

  /** Nothing where nothing is deleted by age, or not before the contract says. */
  private List<TopicFinding> shorter(String key, String consequence) {
    long found = number(key);
    long wanted = Long.parseLong(contract.config().get(key));
    boolean inForce = key.equals(TOMBSTONES) || deletes();
    if (!inForce || found < 0 || found >= wanted) {
      return List.of();
    }
    return List.of(
        warning("%s: " + consequence + "; set %s=%d", set(key), time(found), key, wanted));
  }

  private boolean compacts() {
    return policies().contains(TopicConfig.CLEANUP_POLICY_COMPACT);
  }

  private boolean deletes() {
    return policies().contains(TopicConfig.CLEANUP_POLICY_DELETE);
  }

  private List<String> policies() {
    return List.of(values.getOrDefault(POLICY, "").split("[,\\s]+"));
  }

  private long number(String key) {
    return Long.parseLong(values.getOrDefault(key, "-1"));
  }

  private String set(String key) {
    return key + "=" + values.get(key);
  }

  private static String time(long ms) {
    Duration time = Duration.ofMillis(ms);
    return time.toDays() >= 2
        ? time.toDays() + " days"
        : time.toHours() >= 2 ? time.toHours() + " hours" : time.toSeconds() + " s";
  }

  private TopicFinding warning(String text, Object... values) {
    return new TopicFinding(false, "topic " + name + " has " + text.formatted(values));
  }

  private TopicFinding severe(String text, Object... values) {
    return new TopicFinding(true, "topic " + name + " has " + text.formatted(values));
  }
}
