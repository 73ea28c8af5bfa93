package dev.questream.it.stream;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.it.KafkaFixture;
import org.junit.jupiter.api.BeforeAll;

/** The suite on the embedded broker: real Kafka, in this process. */
class EmbeddedBrokerApplicationIT extends ApplicationSuite {
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker();
  }

  @Override
  String bootstrapServers() {
    return broker.bootstrapServers();
  }
}
