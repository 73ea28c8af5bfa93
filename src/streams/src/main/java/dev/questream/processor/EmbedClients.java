package dev.questream.processor;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of a Kafka Streams application that runs embed processors: one object for one client.
 *
 * <p>Its consumers leave out partitions of which enough is pending, and do not wait for records
 * while answers are due. Its producers, with at-least-once, hold deletions from the pending store
 * back until all that was sent before is acknowledged: without transactions a deletion could
 * otherwise reach its changelog while the embedding is still on its way to another broker, and a
 * crash between the two would lose the question.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class EmbedClients implements KafkaClientSupplier {
  private final Intake intake = new Intake();
  private final Set<String> changelogs = ConcurrentHashMap.newKeySet();
  private volatile boolean inUse;

  Intake intake() {
    return intake;
  }

  /** Whether Kafka Streams has made any of its clients here. */
  boolean inUse() {
    return inUse;
  }

  /** Tells of a processor and its pending store, before Kafka Streams makes its clients. */
  void serve(EmbedSettings settings, String store) {
    intake.round(settings.punctuationInterval());
    if (!settings.exactlyOnce()) {
      changelogs.add(settings.applicationId() + "-" + store + "-changelog");
    }
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    return changelogs.isEmpty() ? producer : DeletionsLastProducer.of(producer, changelogs);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    inUse = true;
    return IntakeConsumer.of(getRestoreConsumer(PreparedAssignor.in(config)), intake);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return getRestoreConsumer(config);
  }
}
