package dev.questream.app.runtime;

import dev.questream.app.kafka.BrokerLimits;
import dev.questream.app.kafka.ChangelogPartitions;
import dev.questream.app.kafka.ReturningMember;
import dev.questream.app.tracing.Tracing;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.PreparedAssignor;
import dev.questream.topology.EmbeddingTopology;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/**
 * Parts as the settings say.
 *
 * @param open opens the encoder
 */
record ConfiguredParts(QuestreamConfig config, Function<EncoderObserver, BatchingEncoder> open)
    implements Parts {
  @Override
  public Metrics metrics() {
    return new Metrics(config.getBoolean(QuestreamConfig.METRICS_KAFKA_ALL));
  }

  @Override
  public Tracing tracing() {
    return Tracing.open(config);
  }

  @Override
  public BatchingEncoder encoder(EncoderObserver observer) {
    return open.apply(observer);
  }

  @Override
  public KafkaStreams streams(BatchingEncoder encoder, EmbedObserver observer) {
    return EmbeddingTopology.streams(
        config, streamsSettings(), encoder, observer, new BrokerLimits(config));
  }

  private Properties streamsSettings() {
    Properties settings = config.streamsSettings();
    if (!config.hasGroupInstanceId()) {
      String instanceId = InstanceId.of(config);
      settings.put(
          StreamsConfig.consumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instanceId);
      new ReturningMember(config, instanceId).leaveIfIncomplete();
    }
    UnaryOperator<Cluster> grow = new ChangelogPartitions(config)::grow;
    settings.put(StreamsConfig.mainConsumerPrefix(PreparedAssignor.PREPARE), grow);
    return settings;
  }
}
