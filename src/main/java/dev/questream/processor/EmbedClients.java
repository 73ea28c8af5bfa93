package dev.questream.processor;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of a Kafka Streams application that runs the embed processor.
 *
 * <p>Its consumers leave out partitions of which enough is pending. Its producers, with
 * at-least-once, hold deletions from the pending store back until all that was sent before is
 * acknowledged: without transactions a deletion could otherwise reach its changelog while the
 * embedding is still on its way to another broker, and a crash between the two would lose the
 * question.
 */
public final class EmbedClients implements KafkaClientSupplier {
  private final Intake intake;
  private final boolean exactlyOnce;
  private final String changelog;

  EmbedClients(Intake intake, EmbedSettings settings, String store) {
    this.intake = intake;
    this.exactlyOnce = settings.exactlyOnce();
    this.changelog = settings.applicationId() + "-" + store + "-changelog";
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return exactlyOnce
        ? new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())
        : new DeletionsLastProducer(config, changelog);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new IntakeConsumer(config, intake);
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
