package dev.questream.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.topology.TopicContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
  private static final TopicContract CONTRACT = TopicContract.load();
  private static final String HOUR = "3600000";
  private static final String FOR_EVER = "-1";

  private static TopicSettings topic(TopicContract.Topic contract, String... keysAndValues) {
    Map<String, String> values = new HashMap<>();
    values.put("retention.ms", "604800000"); // the brokers' defaults
    values.put("delete.retention.ms", "86400000");
    values.put("min.insync.replicas", "1");
    values.putAll(contract.config());
    for (int i = 0; i < keysAndValues.length; i += 2) {
      values.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return new TopicSettings("t", values, 1, contract);
  }

  private static List<TopicFinding> questions(String... keysAndValues) {
    return topic(CONTRACT.questions(), keysAndValues).ofQuestions();
  }

  private static List<TopicFinding> embeddings(String... keysAndValues) {
    return topic(CONTRACT.embeddings(), keysAndValues).ofEmbeddings();
  }

  private static List<TopicFinding> deadLetters(String... keysAndValues) {
    return topic(CONTRACT.deadLetters(), keysAndValues).ofDeadLetters();
  }

  private static void assertSaid(List<TopicFinding> findings, boolean severe, String... words) {
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).severe()).isEqualTo(severe);
    assertThat(findings.get(0).text()).startsWith("topic t has ").contains(words);
  }

  @Test
  void shouldFindNothingInWhatTheContractSays() {
    assertThat(questions()).isEmpty();
    assertThat(embeddings()).isEmpty();
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void shouldFindNothingInWhatKeepsMore() {
    assertThat(questions("retention.ms", FOR_EVER)).isEmpty();
    assertThat(embeddings("cleanup.policy", "compact,delete", "retention.ms", FOR_EVER)).isEmpty();
    assertThat(embeddings("cleanup.policy", "delete", "retention.ms", FOR_EVER)).isEmpty();
    assertThat(embeddings("retention.ms", HOUR)).as("not in force: compacted").isEmpty();
    assertThat(deadLetters("retention.ms", "9999999999999")).isEmpty();
  }

  @Test
  void shouldNameWhatLosesQuestions() {
    assertSaid(questions("cleanup.policy", "compact"), false, "unread", "cleanup.policy=delete");
    assertSaid(
        questions("retention.ms", HOUR), false, "within 3600 s", "set retention.ms=604800000");
  }

  @Test
  void shouldNameWhatLosesEmbeddings() {
    assertSaid(
        embeddings("cleanup.policy", "delete"),
        false,
        "older than 7 days",
        "a new sink will not see them",
        "set cleanup.policy=compact");
    assertSaid(embeddings("cleanup.policy", "compact,delete"), false, "older than 7 days");
    assertSaid(embeddings("delete.retention.ms", "7200000"), false, "2 hours", "misses deletions");
  }

  @Test
  void shouldNameWhatRefusesOrLosesDeadLetters() {
    assertSaid(deadLetters("cleanup.policy", "compact"), true, "without key", "nothing behind it");
    assertSaid(deadLetters("retention.ms", HOUR), false, "dead letter", "2592000000");
  }

  @Test
  void shouldNameReplicasThatCannotBe() {
    assertSaid(questions("min.insync.replicas", "2"), true, "but 1 replicas", "nothing can be");
  }
}
