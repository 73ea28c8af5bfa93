package dev.questream.app.kafka;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.topology.EmbeddingTopology;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This instance under the name that it had before. A group gives a static member that returns its
 * old partitions back, and shares nothing out anew (KIP-814). Partitions that were added to the
 * topic meanwhile would then be read by nobody, until the next rebalance; and the changelog of a
 * store that is new, which Kafka Streams makes when it shares out, would be waited for.
 */
public final class ReturningMember {
  private static final Logger LOG = LoggerFactory.getLogger(ReturningMember.class);

  private final QuestreamConfig config;
  private final String group;
  private final Pattern own;

  /**
   * @param instanceId to which Kafka Streams adds the number of the thread
   */
  public ReturningMember(QuestreamConfig config, String instanceId) {
    this.config = config;
    this.group = config.getString(QuestreamConfig.APPLICATION_ID);
    this.own = Pattern.compile(Pattern.quote(instanceId) + "-\\d+");
  }

  /**
   * Takes the former self out of the group if there is a partition that nobody reads, or a
   * changelog is not there, so that this instance joins as a new member. To be called before it
   * joins. Where Kafka does not answer everything stays as it is: Kafka Streams waits for it.
   *
   * @throws FatalException if Kafka refuses
   */
  public void leaveIfIncomplete() {
    try {
      leave();
    } catch (FatalException e) {
      if (!(e.getCause() instanceof RetriableException)) {
        throw e;
      }
      LOG.warn("Not known whether all partitions are read: {}", e.getMessage());
    }
  }

  private void leave() {
    String questions = config.getString(QuestreamConfig.QUESTIONS_TOPIC);
    try (Admin admin = Topics.connect(config);
        Topics topics = new Topics(config)) {
      ConsumerGroupDescription described =
          admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get();
      Set<MemberToRemove> former =
          described.members().stream()
              .flatMap(member -> member.groupInstanceId().stream())
              .filter(id -> own.matcher(id).matches())
              .map(MemberToRemove::new)
              .collect(Collectors.toSet());
      if (described.groupState() != GroupState.STABLE || former.isEmpty()) {
        return;
      }
      int partitions = topics.description(questions).partitions().size();
      boolean complete = EmbeddingTopology.changelogs(config).stream().allMatch(topics::exists);
      if (read(described, questions) < partitions || !complete) {
        LOG.info("{} is shared out anew: partitions are unread, or a store is new", questions);
        admin
            .removeMembersFromConsumerGroup(
                group, new RemoveMembersFromConsumerGroupOptions(former))
            .all()
            .get();
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof GroupIdNotFoundException)) {
        throw failure(e.getCause());
      }
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static long read(ConsumerGroupDescription group, String topic) {
    return group.members().stream()
        .map(MemberDescription::assignment)
        .flatMap(assignment -> assignment.topicPartitions().stream())
        .filter(partition -> partition.topic().equals(topic))
        .distinct()
        .count();
  }

  private FatalException failure(Throwable cause) {
    return Refusal.of(cause, config.servers())
        .orElseGet(
            () ->
                new FatalException(
                    ExitCode.KAFKA,
                    "group %s cannot be looked at at %s: %s"
                        .formatted(group, config.servers(), cause.getMessage()),
                    cause));
  }
}
