package dev.questream.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedNodes;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TopologyException;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embed nodes in topologies that are not ours. */
class EmbeddingNodesTest {
  @TempDir Path state;
  private final ManualEncoder encoder = new ManualEncoder();
  private TopologyTestDriver driver;

  @AfterEach
  void close() {
    if (driver != null) {
      driver.close();
    }
  }

  private EmbeddingNodes nodes(String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("state.dir", state.toString());
    settings.put("input.format", "text");
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new EmbeddingNodes(new QuestreamConfig(settings));
  }

  private void drive(EmbeddingNodes nodes, Topology topology) {
    driver = new TopologyTestDriver(topology, nodes.streamsSettings());
  }

  private void ask(String topic, String key, String text) {
    driver
        .createInputTopic(topic, new StringSerializer(), new StringSerializer())
        .pipeInput(key, text);
  }

  private void answer() {
    driver.advanceWallClockTime(Duration.ofMillis(20));
    encoder.completeAll();
    driver.advanceWallClockTime(Duration.ofMillis(20));
  }

  private TestOutputTopic<String, QuestionEmbedding> embeddings(
      EmbeddingNodes nodes, String topic) {
    return driver.createOutputTopic(
        topic, new StringDeserializer(), nodes.embeddingSerde().deserializer());
  }

  private static Topology source(String... topics) {
    Topology topology = new Topology();
    topology.addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), topics);
    return topology;
  }

  private static void sinks(EmbeddingNodes nodes, Topology topology, EmbedNodes added) {
    topology.addSink(
        added.processor() + "-out",
        added.processor() + "-embeddings",
        new StringSerializer(),
        nodes.embeddingSerde().serializer(),
        added.embeddings());
    topology.addSink(
        added.processor() + "-dlq",
        added.processor() + "-dlq",
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        added.deadLetters());
  }

  @Test
  void shouldBeAddedTwiceBehindOneParent() {
    EmbeddingNodes nodes = nodes();
    Topology topology = source("in");
    sinks(nodes, topology, nodes.addTo(topology, "small", encoder, "source"));
    sinks(nodes, topology, nodes.addTo(topology, "large", encoder, "source"));
    drive(nodes, topology);
    ask("in", "q1", "one");
    ask("in", "q1", null);
    ask("in", "q2", "  ");
    answer();
    for (String name : List.of("small", "large")) {
      assertThat(embeddings(nodes, name + "-embeddings").readRecordsToList())
          .extracting(record -> record.key() + (record.value() == null ? " deleted" : ""))
          .containsExactly("q1", "q1 deleted");
      assertThat(
              driver
                  .createOutputTopic(
                      name + "-dlq", new StringDeserializer(), new StringDeserializer())
                  .readKeyValuesToList())
          .extracting(letter -> letter.key)
          .containsExactly("q2");
      assertThat(driver.getKeyValueStore(name + "-pending-questions")).isNotNull();
    }
    assertThat(
            driver.metrics().keySet().stream()
                .filter(name -> name.name().equals("embeddings-total"))
                .map(name -> name.tags().get("processor-node-id")))
        .containsExactlyInAnyOrder("small", "large");
  }

  @Test
  void shouldKeepEachQuestionOfMergedTopicsAndOfSplitRecords() {
    EmbeddingNodes nodes = nodes();
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], byte[]> lines =
        builder.stream(List.of("a", "b"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()));
    EmbeddedStream embedded =
        nodes.embed(lines.flatMapValues(EmbeddingNodesTest::sentences), "split", encoder);
    embedded.embeddings().to("out", Produced.with(Serdes.String(), nodes.embeddingSerde()));
    embedded.deadLetters().to("dlq", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    Topology topology = builder.build();
    drive(nodes, topology);
    ask("a", null, "one. two. three.");
    ask("b", null, "four. five.");
    ask("a", null, "six.");
    driver.advanceWallClockTime(Duration.ofMillis(20));
    assertThat(encoder.texts()).containsExactly("one.", "two.", "three.", "four.", "five.", "six.");
    assertThat(stored("split-pending-questions"))
        .as("as many entries as questions: none has taken another's place")
        .hasSize(6)
        .isSorted();

    answer();
    List<QuestionEmbedding> answers = embeddings(nodes, "out").readValuesToList();
    assertThat(answers)
        .extracting(QuestionEmbedding::getText)
        .containsExactly("one.", "two.", "three.", "four.", "five.", "six.");
    assertThat(answers)
        .extracting(e -> e.getSourceTopic() + "@" + e.getSourceOffset())
        .containsExactly("a@0", "a@0", "a@0", "b@0", "b@0", "a@1");
    assertThat(new HashSet<>(answers.stream().map(QuestionEmbedding::getId).toList()))
        .as("each has an id of its own")
        .hasSize(6);
  }

  private List<Long> stored(String store) {
    List<Long> keys = new ArrayList<>();
    try (var all = driver.<Long, Object>getKeyValueStore(store).all()) {
      all.forEachRemaining(entry -> keys.add(entry.key));
    }
    return keys;
  }

  private static List<byte[]> sentences(byte[] text) {
    List<byte[]> sentences = new ArrayList<>();
    for (String sentence : new String(text, StandardCharsets.UTF_8).split("(?<=\\.) ", -1)) {
      sentences.add(sentence.getBytes(StandardCharsets.UTF_8));
    }
    return sentences;
  }

  @Test
  void shouldRefuseQuestionsThatComeOfNoRecord() {
    EmbeddingNodes nodes = nodes();
    Topology topology = source("in");
    topology.addProcessor("clock", EmbeddingNodesTest::clock, "source");
    sinks(nodes, topology, nodes.addTo(topology, "late", encoder, "clock"));
    drive(nodes, topology);
    assertThatThrownBy(() -> driver.advanceWallClockTime(Duration.ofSeconds(2)))
        .isInstanceOf(StreamsException.class)
        .hasStackTraceContaining("forwards from a punctuator");
  }

  private static Processor<byte[], byte[], byte[], byte[]> clock() {
    return new ContextualProcessor<>() {
      @Override
      public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        context.schedule(
            Duration.ofSeconds(1),
            PunctuationType.WALL_CLOCK_TIME,
            now -> context.forward(new Record<>(new byte[] {'k'}, new byte[] {'v'}, now)));
      }

      @Override
      public void process(Record<byte[], byte[]> record) {
        // only the clock asks
      }
    };
  }

  @Test
  void shouldRefuseATopologyInWhichNobodyTakesTheDeadLetters() {
    EmbeddingNodes nodes = nodes();
    Topology topology = source("in");
    EmbedNodes added = nodes.addTo(topology, "faq", encoder, "source");
    topology.addSink(
        "out", "out", new StringSerializer(), new ByteArraySerializer(), added.embeddings());
    assertThatThrownBy(() -> nodes.streams(topology, nodes.streamsSettings()))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("nobody takes the dead letters of the node faq");
    assertThatThrownBy(() -> nodes.streams(source("in"), nodes.streamsSettings()))
        .isInstanceOf(TopologyException.class)
        .hasMessageContaining("faq-embeddings is not in this topology");
  }

  @Test
  void shouldRefuseSettingsWithWhichAQuestionCouldBeLost() {
    assertRefused("application.id", "another", "application.id=another");
    assertRefused("processing.guarantee", "at_least_once", "processing.guarantee=at_least_once");
    assertRefused(
        "processing.exception.handler",
        LogAndContinueProcessingExceptionHandler.class.getName(),
        "may skip a question");
    assertRefused("group.protocol", "streams", "leave it at classic");
  }

  private void assertRefused(String key, String value, String message) {
    EmbeddingNodes nodes = nodes();
    Topology topology = source("in");
    sinks(nodes, topology, nodes.addTo(topology, "faq", encoder, "source"));
    Properties settings = nodes.streamsSettings();
    settings.put("state.dir", state.resolve(key).toString());
    settings.put(key, value);
    assertThatThrownBy(() -> nodes.streams(topology, settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> new TopologyTestDriver(topology, settings).close())
        .as("the processor looks for itself, should nobody have asked before")
        .hasStackTraceContaining(message);
  }

  @Test
  void shouldMakeAClientWithTheRightSettings() {
    EmbeddingNodes nodes = nodes("application.id", "mine");
    Topology topology = source("in");
    sinks(nodes, topology, nodes.addTo(topology, "faq", encoder, "source"));
    try (KafkaStreams streams = nodes.streams(topology, nodes.streamsSettings())) {
      assertThat(streams.state()).isEqualTo(KafkaStreams.State.CREATED);
    }
  }

  /** Each node knows its own ids only. */
  @Test
  void shouldSkipWhatIsUnchangedInEachNode() {
    EmbeddingNodes nodes = nodes("unchanged", "skip");
    Topology topology = source("first", "second");
    for (String name : List.of("one", "two")) {
      sinks(nodes, topology, nodes.addTo(topology, name, encoder, "source"));
    }
    drive(nodes, topology);
    ask("first", "a", "A");
    ask("second", "a", "A");
    answer();
    assertThat(embeddings(nodes, "one-embeddings").readValuesToList()).hasSize(1);
    assertThat(embeddings(nodes, "two-embeddings").readValuesToList()).hasSize(1);
    assertThat(driver.getAllStateStores())
        .containsKeys("one-question-digests", "two-question-digests");
  }
}
