package dev.questream.app.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.console.ExitCode;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.streams.errors.LockException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

/** Exceptions in the chains in which Kafka Streams throws them. */
class FaultTest {
  private static final QuestreamConfig CONFIG =
      new QuestreamConfig(
          Map.of(
              "bootstrap.servers", "broker:9092",
              "instance.id", "pod-3",
              "application.id", "answers"));

  private static Fault fault(Throwable thrown) {
    return Fault.of(thrown, CONFIG, true);
  }

  private static void assertPasses(Throwable thrown, String line) {
    assertThat(fault(thrown)).isEqualTo(new Fault(true, ExitCode.FAILED, line));
  }

  private static void assertFinal(Throwable thrown, String... words) {
    Fault fault = fault(thrown);
    assertThat(fault.passing()).as(fault.line()).isFalse();
    assertThat(fault.line()).contains(words).doesNotContain("\n");
  }

  @Test
  void shouldWaitForWhatTheClusterMends() {
    assertPasses(
        new StreamsException(
            "Error encountered trying to commit a transaction [stream-thread]",
            new KafkaException(
                "Cannot execute transactional method because we are in an error state",
                new InvalidTxnStateException("The producer is in no state for this."))),
        "InvalidTxnStateException: The producer is in no state for this.");
    assertPasses(
        new StreamsException(
            new KafkaException(
                "Cannot execute transactional method because we are in an error state")),
        "KafkaException: Cannot execute transactional method because we are in an error state");
    assertPasses(
        new TaskMigratedException("fenced", new OutOfOrderSequenceException("broker lost it")),
        "OutOfOrderSequenceException: broker lost it");
    assertPasses(
        new StreamsException(new TimeoutException("a task made no progress\nfor 300 s")),
        "TimeoutException: a task made no progress");
  }

  @Test
  void shouldNameTheTaskAndTheInnermostWords() {
    assertPasses(
        new StreamsException(
            "failed to write",
            new ProcessorStateException("Error flushing", new RocksDBException("No space left")),
            new TaskId(0, 4)),
        "RocksDBException: No space left (task 0_4)");
    assertPasses(
        new StreamsException("Exception caught in process", new NullPointerException()),
        "NullPointerException: Exception caught in process");
    assertPasses(new LockException("task 0_1 is locked"), "LockException: task 0_1 is locked");
  }

  @Test
  void shouldSayWhichTopicIsMissing() {
    Fault fault = fault(new StreamsException(new MissingSourceTopicException("One or more")));
    assertThat(fault.passing()).isTrue();
    assertThat(fault.line())
        .isEqualTo("the topic questions is missing; make it again as it was (topics create)");
  }

  @Test
  void shouldWaitForRightsThatItOnceHad() {
    Throwable[] refusals = {
      new StreamsException(new TopicAuthorizationException(Set.of("answers"))),
      new StreamsException(new SaslAuthenticationException("token expired"))
    };
    for (Throwable refusal : refusals) {
      assertThat(Fault.of(refusal, CONFIG, true).passing()).isTrue();
      Fault atStart = Fault.of(refusal, CONFIG, false);
      assertThat(atStart.passing()).isFalse();
      assertThat(atStart.status()).isEqualTo(ExitCode.KAFKA);
      assertThat(atStart.line()).contains("docs/secure.md");
    }
  }

  @Test
  void shouldEndWhereNoNewThreadHelps() {
    assertFinal(
        new StreamsException(new UnsupportedVersionException("too old")),
        "UnsupportedVersionException: too old");
    assertFinal(
        new StreamsException("x", new ConfigException("questions could be lost")),
        "questions could be lost");
    assertFinal(
        new StreamsException(
            "Existing internal topic c has invalid partitions: expected: 6; actual: 3."),
        "expected: 6; actual: 3.");
    assertFinal(
        new StreamsException(
            "questions-0 offset 7 could not be encoded",
            new ExecutionException(
                new EncoderException(EncoderException.Reason.ENCODER_BROKEN, "no device"))),
        "EncoderException: no device");
  }

  @Test
  void shouldEndWithTheVirtualMachineInDoubt() {
    assertFinal(new OutOfMemoryError("Java heap space"), "OutOfMemoryError: Java heap space");
    assertFinal(
        new StreamsException(new IllegalStateException(new NoClassDefFoundError("org/rocksdb/X"))),
        "NoClassDefFoundError: org/rocksdb/X");
  }

  @Test
  void shouldNameTheInstanceThatIsThereTwice() {
    assertFinal(
        new StreamsException(
            new KafkaException(new FencedInstanceIdException("The broker rejected this"))),
        "the name pod-3 in the group answers",
        "instance.id");
  }

  /** With the same settings they were made before. */
  @Test
  void shouldWaitForABrokersNameToBeFoundAgain() {
    assertPasses(
        new StreamsException(
            new KafkaException(
                "Failed to construct kafka producer",
                new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"))),
        "ConfigException: No resolvable bootstrap urls given in bootstrap.servers");
  }
}
