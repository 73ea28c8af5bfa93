package dev.questream.processor;

import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The clients of a Kafka Streams application that runs the embed processor at least once.
 *
 * <p>Without transactions a question's deletion from the pending store could reach its changelog
 * while its embedding, sent before but to another broker, is still on the way; a crash between the
 * two would lose the question. These producers hold deletions back until all that was sent before
 * is acknowledged. Exactly-once needs none of this.
 */
public final class AtLeastOnceClients implements KafkaClientSupplier {
  private final String changelog;

  /**
   * @param applicationId of the Kafka Streams application
   * @param store name of the pending store
   */
  public AtLeastOnceClients(String applicationId, String store) {
    this.changelog = applicationId + "-" + store + "-changelog";
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new DeletionsLastProducer(config, changelog);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return consumer(config);
  }

  private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
