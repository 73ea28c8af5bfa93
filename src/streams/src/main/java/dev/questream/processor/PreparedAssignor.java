package dev.questream.processor;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Configurable;
import org.apache.kafka.common.utils.Utils;

/**
 * The assignor of Kafka Streams, and before it a step of the application's: only there is it known
 * for certain, with several instances too, that the topics are about to be looked at. What the step
 * throws ends the stream thread.
 *
 * <p><b>Threading:</b> the stream thread of the group's leader, within a poll.
 */
public final class PreparedAssignor implements ConsumerPartitionAssignor, Configurable {
  /**
   * A setting of the main consumer: a {@code UnaryOperator<Cluster>}, given the topics as this
   * consumer knows them, which returns them as they are to be shared out.
   */
  public static final String PREPARE = "questream.assignment.prepare";

  private static final String STRATEGY = ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG;
  private static final String PREPARED_STRATEGY = "questream.assignment.prepared.strategy";

  private UnaryOperator<Cluster> prepare;
  private ConsumerPartitionAssignor assignor;

  /** The settings of a consumer, with this assignor in front of theirs if there is a step. */
  static Map<String, Object> in(Map<String, Object> config) {
    if (!config.containsKey(PREPARE)) {
      return config;
    }
    Map<String, Object> settings = new HashMap<>(config);
    settings.put(PREPARED_STRATEGY, config.get(STRATEGY));
    settings.put(STRATEGY, PreparedAssignor.class.getName());
    return settings;
  }

  @Override
  @SuppressWarnings("unchecked") // as the setting says
  public void configure(Map<String, ?> configs) {
    prepare = (UnaryOperator<Cluster>) configs.get(PREPARE);
    try {
      assignor =
          Utils.newInstance(
              configs.get(PREPARED_STRATEGY).toString(), ConsumerPartitionAssignor.class);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    ((Configurable) assignor).configure(configs);
  }

  @Override
  public GroupAssignment assign(Cluster metadata, GroupSubscription subscription) {
    return assignor.assign(prepare.apply(metadata), subscription);
  }

  @Override
  public ByteBuffer subscriptionUserData(Set<String> topics) {
    return assignor.subscriptionUserData(topics);
  }

  @Override
  public void onAssignment(Assignment assignment, ConsumerGroupMetadata metadata) {
    assignor.onAssignment(assignment, metadata);
  }

  @Override
  public List<RebalanceProtocol> supportedProtocols() {
    return assignor.supportedProtocols();
  }

  @Override
  public short version() {
    return assignor.version();
  }

  @Override
  public String name() {
    return assignor.name();
  }
}
