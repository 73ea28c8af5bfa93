package dev.questream.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

class TopicContractTest {
  private final TopicContract contract = TopicContract.load();

  @Test
  void shouldHaveAsManyPartitionsOfEmbeddingsAsOfQuestions() {
    assertThat(contract.questions().partitions()).isEqualTo(6);
    assertThat(contract.embeddings().partitions()).isEqualTo(6);
    assertThat(contract.deadLetters().partitions()).isEqualTo(1);
  }

  @Test
  void shouldKeepTheNewestEmbeddingPerKeyForEver() {
    Map<String, String> config = contract.embeddings().config();
    assertThat(config)
        .containsEntry(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)
        .doesNotContainKey(TopicConfig.RETENTION_MS_CONFIG)
        .doesNotContainKey(TopicConfig.RETENTION_BYTES_CONFIG);
    assertThat(Long.parseLong(config.get(TopicConfig.DELETE_RETENTION_MS_CONFIG))).isPositive();
  }

  @Test
  void shouldKeepQuestionsForAWeekAndDeadLettersForAMonth() {
    assertThat(contract.questions().config())
        .containsEntry(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)
        .containsEntry(TopicConfig.RETENTION_MS_CONFIG, Long.toString(7L * 24 * 3600 * 1000));
    assertThat(contract.deadLetters().config())
        .containsEntry(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)
        .containsEntry(TopicConfig.RETENTION_MS_CONFIG, Long.toString(30L * 24 * 3600 * 1000));
  }

  @Test
  void shouldUseNamesAndValuesThatKafkaTakes() {
    for (TopicContract.Topic topic :
        List.of(contract.questions(), contract.embeddings(), contract.deadLetters())) {
      assertThat(LogConfig.configNames()).containsAll(topic.config().keySet());
      assertThatCode(() -> LogConfig.validate(topic.config())).doesNotThrowAnyException();
    }
  }
}
