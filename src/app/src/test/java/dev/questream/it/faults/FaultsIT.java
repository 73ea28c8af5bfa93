package dev.questream.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.questream.app.console.FatalException;
import dev.questream.app.runtime.QuestreamApplication;
import dev.questream.avro.Question;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.QuestionSerializer;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.testing.ConstantBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults under the running application: those that pass, and those that end it. */
@Timeout(120)
class FaultsIT {
  private static final Map<String, String> BREAKING =
      Map.of("output.value.serializer", BreakingSerializer.class.getName());

  @TempDir Path folder;

  static List<RuntimeException> passing() {
    return List.of(
        new InvalidTxnStateException("The producer is in no state for this."),
        new KafkaException("Cannot execute transactional method because we are in an error state"),
        new ProcessorStateException("Error flushing", new java.io.IOException("No space left")),
        new IllegalStateException("a bug"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void shouldGoOnAndAnswerEachOnce(RuntimeException fault) {
    try (FaultyApplication app = FaultyApplication.start(folder, BREAKING)) {
      app.ask(20);
      app.requireAllAnswered();
      BreakingSerializer.breakNext(2, fault);
      app.ask(30);
      app.awaitLog("(2 in a row)");
      Throwable root = fault.getCause() == null ? fault : fault.getCause();
      assertThat(app.log()).contains(root.getMessage() + " (task 0_");
      assertThat(app.application.isReady()).as("without a thread").isFalse();
      assertThat(app.application.isLive()).isTrue();
      app.requireAllAnswered();
      await().until(app.application::isReady);
    }
  }

  @Test
  void shouldStopAtOnceWhileItWaits() {
    long start;
    try (FaultyApplication app = FaultyApplication.start(folder, BREAKING)) {
      BreakingSerializer.breakNext(100, new IllegalStateException("a bug"));
      app.ask(1);
      app.awaitLog("(2 in a row)");
      start = System.nanoTime();
    } finally {
      BreakingSerializer.breakNext(0, null);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void shouldEndWithTheCauseWhereNothingHelps() {
    try (FaultyApplication app = FaultyApplication.start(folder, BREAKING)) {
      BreakingSerializer.breakNext(1, new ConfigException("this can never work"));
      app.ask(1);
      assertThatThrownBy(app.application::awaitStopped)
          .isInstanceOf(FatalException.class)
          .hasMessageMatching("Kafka Streams stopped: ConfigException: this can never work .*");
      assertThat(app.application.isLive()).isFalse();
    }
  }

  /** As an operator does to transactions that hang, and a broker that loses their state. */
  @Test
  void shouldGoOnWhereItsTransactionIsEndedByOthers() throws Exception {
    try (FaultyApplication app = FaultyApplication.start(folder, Map.of())) {
      app.ask(20);
      app.requireAllAnswered();
      for (int i = 0; i < 5; i++) {
        app.ask(200);
        terminateTransactions(app.config);
      }
      app.requireAllAnswered();
    }
  }

  private static void terminateTransactions(QuestreamConfig config) throws Exception {
    try (Admin admin = Admin.create(config.adminSettings())) {
      Collection<TransactionListing> found = admin.listTransactions().all().get();
      for (TransactionListing listing : new ArrayList<>(found)) {
        if (listing
            .transactionalId()
            .startsWith(config.getString(QuestreamConfig.APPLICATION_ID))) {
          admin.forceTerminateTransaction(listing.transactionalId()).result().get();
        }
      }
    }
  }

  @Test
  void shouldWaitForTheRegistry() throws Exception {
    try (RegistryStandIn registry = new RegistryStandIn();
        FaultyApplication app =
            FaultyApplication.start(
                folder, Map.of("schema.registry.url", registry.url(), "max.retries", "0"))) {
      String topic = app.config.getString(QuestreamConfig.QUESTIONS_TOPIC);
      QuestionSerializer registered = new QuestionSerializer();
      registered.configure(app.config.serdeSettings(), false);
      byte[] question =
          registered.serialize(topic, new Question("q", "Is it there?", Map.of(), 1L));
      registry.answerAlways(503, "{\"error_code\":50301,\"message\":\"away\"}");
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              app.config.producerSettings(),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        producer.send(new ProducerRecord<>(topic, question)).get();
      }
      app.awaitLog("(2 in a row)");
      assertThat(app.log()).contains("A stream thread ended: ", "HTTP 503");
      registry.answerAgain();
      app.requireAnswered(List.of("q"));
    }
  }

  @Test
  void shouldEndWhereAnotherProcessTakesItsName() {
    Map<String, String> name = Map.of("instance.id", "pod-0");
    try (FaultyApplication first = FaultyApplication.start(folder, name)) {
      QuestreamConfig twin =
          first.kafka.config(
              Map.of("instance.id", "pod-0", "state.dir", folder.resolve("twin").toString()));
      try (QuestreamApplication second = FaultyApplication.open(twin, new ConstantBackend())) {
        assertThatThrownBy(first.application::awaitStopped)
            .isInstanceOf(FatalException.class)
            .hasMessageContaining("the name pod-0 in the group")
            .hasMessageContaining("give each its own instance.id");
        second.awaitRunning(FaultyApplication.LIMIT);
      }
    }
  }
}
