package dev.questream.app.kafka;

import dev.questream.config.QuestreamConfig;
import dev.questream.topology.TopicContract;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds topics that are there against the contract, and logs what will go wrong, a line each. */
public final class ContractCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ContractCheck.class);

  private final QuestreamConfig config;

  public ContractCheck(QuestreamConfig config) {
    this.config = config;
  }

  /** Looks at the topics, which must be there. Where that is not allowed, nothing is wrong. */
  public void log() {
    try (Admin admin = Topics.connect(config)) {
      for (TopicFinding finding : findings(admin)) {
        if (finding.severe()) {
          LOG.error(finding.text());
        } else {
          LOG.warn(finding.text());
        }
      }
    } catch (ExecutionException e) {
      LOG.info(
          "The settings of the topics were not looked at; DescribeConfigs on them would allow it: {}",
          e.getCause().getMessage());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private List<TopicFinding> findings(Admin admin) throws ExecutionException, InterruptedException {
    TopicContract contract = TopicContract.load();
    List<TopicFinding> findings = new ArrayList<>();
    findings.addAll(
        look(
            admin,
            QuestreamConfig.QUESTIONS_TOPIC,
            contract.questions(),
            TopicSettings::ofQuestions));
    findings.addAll(
        look(
            admin,
            QuestreamConfig.EMBEDDINGS_TOPIC,
            contract.embeddings(),
            TopicSettings::ofEmbeddings));
    findings.addAll(
        look(
            admin,
            QuestreamConfig.DLQ_TOPIC,
            contract.deadLetters(),
            TopicSettings::ofDeadLetters));
    return findings;
  }

  private List<TopicFinding> look(
      Admin admin,
      String key,
      TopicContract.Topic contract,
      Function<TopicSettings, List<TopicFinding>> rules)
      throws ExecutionException, InterruptedException {
    String name = config.getString(key);
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config settings = admin.describeConfigs(List.of(resource)).values().get(resource).get();
    TopicDescription topic = admin.describeTopics(List.of(name)).topicNameValues().get(name).get();
    Map<String, String> values = new HashMap<>();
    for (ConfigEntry entry : settings.entries()) {
      values.put(entry.name(), entry.value());
    }
    int replicas = topic.partitions().get(0).replicas().size();
    return rules.apply(new TopicSettings(name, values, replicas, contract));
  }
}
