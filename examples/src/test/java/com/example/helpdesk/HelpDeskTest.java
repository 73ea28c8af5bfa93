package com.example.helpdesk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.testing.ManualEncoder;
import dev.questream.topology.EmbeddingNodes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example, as its owner would test it. */
class HelpDeskTest {
  private static final String SHORT = "Why?";
  private static final String LONG =
      "How do I change the filter of the coffee machine? ".repeat(20);

  @TempDir Path state;
  private final ManualEncoder encoder = new ManualEncoder();
  private TopologyTestDriver driver;
  private TestInputTopic<String, Ticket> tickets;
  private TestOutputTopic<String, QuestionEmbedding> fresh;
  private TestOutputTopic<String, String> repeated;
  private TestOutputTopic<byte[], byte[]> deadLetters;

  @BeforeEach
  void open() {
    QuestreamConfig config = new QuestreamConfig(Map.of("state.dir", state.toString()));
    EmbeddingNodes nodes = new EmbeddingNodes(config);
    driver = new TopologyTestDriver(HelpDesk.topology(nodes, encoder), nodes.streamsSettings());
    tickets =
        driver.createInputTopic(
            HelpDesk.TICKETS, new StringSerializer(), Ticket.serde().serializer());
    fresh =
        driver.createOutputTopic(
            HelpDesk.NEW_QUESTIONS,
            new StringDeserializer(),
            nodes.embeddingSerde().deserializer());
    repeated =
        driver.createOutputTopic(
            HelpDesk.REPEATED_QUESTIONS, new StringDeserializer(), new StringDeserializer());
    deadLetters =
        driver.createOutputTopic(
            HelpDesk.DEAD_LETTERS, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @AfterEach
  void close() {
    driver.close();
  }

  private void answer() {
    driver.advanceWallClockTime(Duration.ofMillis(20));
    encoder.completeAll();
    driver.advanceWallClockTime(Duration.ofMillis(20));
  }

  @Test
  void shouldTellNewQuestionsFromRepeatedOnes() {
    tickets.pipeInput("coffee", new Ticket("t1", "question", SHORT));
    tickets.pipeInput("coffee", new Ticket("t2", "question", SHORT));
    tickets.pipeInput("tea", new Ticket("t3", "question", SHORT));
    tickets.pipeInput("coffee", new Ticket("t4", "praise", "I like it"));
    tickets.pipeInput("coffee", new Ticket("t5", "question", LONG));
    tickets.pipeInput("coffee", new Ticket("t6", "question", SHORT));
    answer();
    List<KeyValue<String, QuestionEmbedding>> questions = fresh.readKeyValuesToList();
    assertThat(questions).extracting(q -> q.key).containsExactly("t1", "t3", "t5", "t6");
    assertThat(questions.get(1).value.getMetadata()).isEqualTo(Map.of("product", "tea"));
    assertThat(repeated.readKeyValuesToList()).containsExactly(KeyValue.pair("t2", "t1"));
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void shouldSendWhatCannotBeEmbeddedToTheDeadLetters() {
    tickets.pipeInput("coffee", new Ticket("t1", "question", "  "));
    tickets.pipeInput("coffee", new Ticket("t2", "question", SHORT));
    answer();
    assertThat(deadLetters.readRecordsToList())
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.headers().lastHeader("questream.error.reason").value())
                    .asString()
                    .isEqualTo("empty-text"));
    assertThat(fresh.readKeyValuesToList()).extracting(q -> q.key).containsExactly("t2");
  }
}
