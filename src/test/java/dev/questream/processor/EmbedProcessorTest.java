package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.PendingQuestionSerde;
import dev.questream.serde.QuestionDecoder;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the test driver cannot show: the punctuator's life, and what a new owner of the store does.
 */
class EmbedProcessorTest {
  private static final EmbedProcessor.Nodes NODES = new EmbedProcessor.Nodes("store", "out", "dlq");
  private static final EmbedSettings SETTINGS =
      new EmbedSettings(
          "app",
          2,
          1_000,
          Duration.ofMillis(10),
          Duration.ofMillis(5),
          900_000,
          1_000,
          Duration.ZERO);

  private MockProcessorContext<byte[], Object> context = new MockProcessorContext<>();
  private KeyValueStore<Long, PendingQuestion> store;
  private long nextOffset;

  @BeforeEach
  void openStore() {
    context.setCurrentSystemTimeMs(0);
    store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(NODES.store()),
                Serdes.Long(),
                new PendingQuestionSerde())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
  }

  private EmbedProcessor processor(QuestionEncoder encoder) {
    EmbedProcessor processor =
        new EmbedProcessor(
            SETTINGS, NODES, encoder, new QuestionDecoder(Map.of("input.format", "text")));
    processor.init(context);
    return processor;
  }

  private void ask(EmbedProcessor processor, String text) {
    context.setRecordMetadata("questions", 3, nextOffset++);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    processor.process(new Record<>(bytes, bytes, 5L));
  }

  private List<String> forwardedKeys() {
    return context.forwarded("out").stream()
        .map(forward -> new String(forward.record().key(), StandardCharsets.UTF_8))
        .toList();
  }

  private static void fire(CapturedPunctuator punctuator, long now) {
    punctuator.getPunctuator().punctuate(now);
  }

  @Test
  void shouldScheduleThePunctuatorOnlyWhileSomethingIsPending() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    assertThat(context.scheduledPunctuators()).isEmpty();

    ask(processor, "a");
    ask(processor, "b");
    assertThat(context.scheduledPunctuators()).hasSize(1);
    CapturedPunctuator first = context.scheduledPunctuators().get(0);
    assertThat(first.getInterval()).isEqualTo(Duration.ofMillis(5));

    fire(first, 5);
    assertThat(first.cancelled()).as("two questions are pending").isFalse();
    encoder.complete(0);
    fire(first, 10);
    assertThat(first.cancelled()).as("one question is pending").isFalse();
    encoder.complete(1);
    fire(first, 15);
    assertThat(first.cancelled()).as("nothing is pending").isTrue();

    ask(processor, "c");
    assertThat(context.scheduledPunctuators()).hasSize(2);
  }

  @Test
  void shouldSubmitWhatThePreviousOwnerLeftPendingInItsOrder() {
    ManualEncoder first = new ManualEncoder();
    EmbedProcessor processor = processor(first);
    List.of("a", "b", "c", "d", "e").forEach(text -> ask(processor, text));
    processor.close();
    assertThat(context.forwarded()).isEmpty();
    assertThat(first.cancelled()).as("the encoder need not go on with them").isEqualTo(4);

    ManualEncoder second = new ManualEncoder();
    EmbedProcessor successor = processor(second);
    assertThat(second.texts()).containsExactly("a", "b", "c", "d", "e");
    ask(successor, "f");
    second.completeAll();
    CapturedPunctuator punctuator =
        context.scheduledPunctuators().get(context.scheduledPunctuators().size() - 1);
    fire(punctuator, 10);
    second.completeAll();
    fire(punctuator, 20);
    assertThat(forwardedKeys()).containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(store.approximateNumEntries()).isZero();
  }

  @Test
  void shouldForgetEverythingWhenTheSameObjectIsInitializedAgain() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    ask(processor, "b");
    processor.close();
    processor.init(context);
    assertThat(encoder.texts()).containsExactly("a", "b", "a", "b");
    encoder.completeAll();
    fire(context.scheduledPunctuators().get(1), 10);
    assertThat(forwardedKeys()).as("each once").containsExactly("a", "b");
  }

  @Test
  void shouldGiveTheSourceOfEachQuestionAndNotOfTheLatest() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    ask(processor, "b");
    encoder.completeAll();
    fire(context.scheduledPunctuators().get(0), 10);
    assertThat(
            context.forwarded("out").stream().map(forward -> forward.record().value().toString()))
        .satisfiesExactly(
            value -> assertThat(value).contains("\"source_partition\": 3, \"source_offset\": 0"),
            value -> assertThat(value).contains("\"source_partition\": 3, \"source_offset\": 1"));
  }
}
