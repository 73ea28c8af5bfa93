package dev.questream.it.stream;

import dev.questream.broker.EmbeddedBroker;
import dev.questream.it.KafkaFixture;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the embedded broker: real Kafka, in this process. */
class EmbeddedBrokerApplicationIT extends ApplicationSuite {
  @TempDir static Path brokerFolder;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = KafkaFixture.broker(brokerFolder);
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Override
  String bootstrapServers() {
    return broker.bootstrapServers();
  }
}
