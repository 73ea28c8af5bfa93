package dev.questream.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.config.QuestreamConfig;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code unchanged=skip} in the whole topology, on RocksDB. */
class UnchangedTopologyTest {
  private static final Map<String, String> SKIP = Map.of("unchanged", "skip");

  @TempDir private Path state;

  private void answer(TopologyHarness harness) {
    harness.advance(10);
    harness.encoder.completeAll();
    harness.advance(10);
  }

  @Test
  void shouldSkipWhatIsUnchanged() {
    try (TopologyHarness harness = new TopologyHarness(state, SKIP)) {
      harness.ask("a", "A");
      answer(harness);
      harness.ask("a", "A");
      harness.ask("a", "B");
      harness.ask("a", "A");
      answer(harness);
      assertThat(harness.embeddings())
          .extracting(record -> record.value().getText())
          .containsExactly("A", "B", "A");
      assertThat(harness.taskMetric("skipped-total")).isEqualTo(1.0);
    }
  }

  @Test
  void shouldTryAgainWhatItsTopicDoesNotTake() {
    Map<String, String> small =
        Map.of("unchanged", "skip", "input.format", "json", "question.max.bytes", "100");
    try (TopologyHarness harness = new TopologyHarness(state, small)) {
      byte[] large = ("{\"text\": \"" + "x".repeat(200) + "\"}").getBytes(StandardCharsets.UTF_8);
      harness.pipe("a", large);
      harness.pipe("a", large);
      assertThat(harness.deadLetters()).hasSize(2);
    }
  }

  @Test
  void shouldHaveTheStoreOnlyWhenItIsUsed() {
    assertThat(describe(Map.of())).doesNotContain(EmbeddingTopology.DIGESTS);
    assertThat(describe(SKIP)).contains(EmbeddingTopology.DIGESTS);
    assertThat(EmbeddingTopology.changelogs(new QuestreamConfig(SKIP)))
        .containsExactly(
            "questream-pending-questions-changelog", "questream-question-digests-changelog");
  }

  private static String describe(Map<String, String> settings) {
    return EmbeddingTopology.build(new QuestreamConfig(settings), new ManualEncoder())
        .describe()
        .toString();
  }

  @Test
  void shouldRefuseAtLeastOnce() {
    assertThatThrownBy(
            () ->
                new QuestreamConfig(
                    Map.of("unchanged", "skip", "processing.guarantee", "at_least_once")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("unchanged=skip needs processing.guarantee=exactly_once_v2");
  }
}
