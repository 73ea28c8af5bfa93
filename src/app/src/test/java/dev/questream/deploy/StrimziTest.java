package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.app.kafka.Topics;
import dev.questream.config.QuestreamConfig;
import dev.questream.topology.TopicContract;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The Strimzi resources say what the files say that they repeat. */
class StrimziTest {
  private static final QuestreamConfig DEFAULTS = new QuestreamConfig(Map.of());

  private static List<JsonNode> resources(String file) {
    return DeployFiles.yaml(DeployFiles.text("deploy/strimzi/" + file));
  }

  @Test
  void shouldHaveTheTopicsOfTheContract() {
    Map<String, TopicContract.Topic> topics = new HashMap<>();
    for (JsonNode topic : resources("topics.yaml")) {
      assertThat(topic.path("apiVersion").asText()).isEqualTo("kafka.strimzi.io/v1");
      topics.put(
          topic.at("/metadata/name").asText(),
          new TopicContract.Topic(
              topic.at("/spec/partitions").asInt(), DeployFiles.strings(topic.at("/spec/config"))));
    }
    assertThat(topics).isEqualTo(Topics.contract(DEFAULTS));
  }

  @Test
  void shouldHaveTheConnectorOfTheJsonFile() {
    JsonNode connector = resources("connector.yaml").get(0);
    JsonNode json = DeployFiles.json("deploy/connect/pgvector.json");
    Map<String, String> config = DeployFiles.strings(json.path("config"));
    assertThat(connector.at("/metadata/name").asText()).isEqualTo(json.path("name").asText());
    assertThat(connector.at("/spec/class").asText()).isEqualTo(config.remove("connector.class"));
    assertThat(connector.at("/spec/tasksMax").asText()).isEqualTo(config.remove("tasks.max"));
    assertThat(DeployFiles.strings(connector.at("/spec/config"))).isEqualTo(config);
  }
}
