package dev.questream.it.stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** The suite on Apache Kafka's own image; skipped, visibly, where there is no Docker. */
class ContainerApplicationIT extends ApplicationSuite {
  private static final String IMAGE = "apache/kafka-native:4.4.0";
  private static KafkaContainer container;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
    container = new KafkaContainer(IMAGE);
    container.start();
  }

  @AfterAll
  static void stop() {
    if (container != null) {
      container.stop();
    }
  }

  @Override
  String bootstrapServers() {
    return container.getBootstrapServers();
  }
}
