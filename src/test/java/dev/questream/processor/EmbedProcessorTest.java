package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.tracing.Collector;
import dev.questream.app.tracing.Tracing;
import dev.questream.avro.PendingQuestion;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.PendingQuestionSerde;
import dev.questream.serde.QuestionDecoder;
import dev.questream.testing.ManualEncoder;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.errors.TaskCorruptedException;
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
  private static final EmbedNodes NODES = new EmbedNodes("embed", "store", "out", "dlq");
  private static final EmbedSettings SETTINGS =
      new EmbedSettings(
          "app",
          true,
          900_000,
          new EmbedSettings.WindowBounds(2, 1_000, Duration.ofMillis(10)),
          new EmbedSettings.PendingBounds(1_000, 100 << 20, Duration.ZERO),
          Duration.ofMillis(5),
          Duration.ofMillis(500));

  private final PendingBudget budget = new PendingBudget(SETTINGS.pending().maxBytes());
  private final EmbedClients clients = new EmbedClients();
  private final Intake intake = clients.intake();
  private MockProcessorContext<byte[], Object> context = context("exactly_once_v2");
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

  private static MockProcessorContext<byte[], Object> context(String guarantee) {
    Properties settings = new Properties();
    settings.put("application.id", "app");
    settings.put("bootstrap.servers", "localhost:1");
    settings.put("processing.guarantee", guarantee);
    return new MockProcessorContext<>(settings);
  }

  private EmbedProcessor processor(QuestionEncoder encoder) {
    return processor(encoder, EmbedObserver.NONE);
  }

  private EmbedProcessor processor(QuestionEncoder encoder, EmbedObserver observer) {
    EmbedProcessor processor =
        new EmbedProcessor(
            SETTINGS,
            NODES,
            new EmbedProcessor.Shared(
                encoder,
                new QuestionDecoder(Map.of("input.format", "text")),
                budget,
                intake,
                new Requirements(SETTINGS, clients),
                ThreadLocal.withInitial(BlockBudget::new),
                observer));
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

  @Test
  void shouldResetATaskThatGetsNoAnswerForTooLong() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    List.of("a", "b", "c", "d").forEach(text -> ask(processor, text));
    CapturedPunctuator punctuator = context.scheduledPunctuators().get(0);
    fire(punctuator, 400);
    encoder.complete(0);
    fire(punctuator, 450); // an answer: the clock begins anew
    fire(punctuator, 950);
    assertThatThrownBy(() -> fire(punctuator, 951))
        .isInstanceOfSatisfying(
            TaskCorruptedException.class,
            thrown -> assertThat(thrown.corruptedTasks()).containsExactly(context.taskId()));
    processor.close(); // as Kafka Streams does, before it restores the store and comes back
    processor.init(context);
    assertThat(encoder.texts()).containsExactly("a", "b", "c", "d", "b", "c", "d");
  }

  @Test
  void shouldNotTakeARestoredQuestionASecondTime() {
    EmbedProcessor first = processor(new ManualEncoder());
    ask(first, "a");
    ask(first, "b");
    first.close();
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor second = processor(encoder);
    nextOffset = 0; // the offset was not committed: both are read again
    ask(second, "a");
    ask(second, "b");
    assertThat(encoder.texts()).containsExactly("a", "b");
    ask(second, "c");
    encoder.completeAll();
    nextOffset = 0; // another topic of the same name: the same place, another question
    ask(second, "other");
    fire(context.scheduledPunctuators().get(1), 10);
    assertThat(encoder.texts()).contains("other");
  }

  @Test
  void shouldGiveBackTheMemoryOfWhatIsAnsweredOrClosed() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    ask(processor, "b");
    long two = budget.bytes();
    assertThat(two).isGreaterThan(2 * 1024);
    encoder.complete(0);
    fire(context.scheduledPunctuators().get(0), 5);
    assertThat(budget.bytes()).isEqualTo(two / 2);
    processor.close();
    processor.close();
    assertThat(budget.bytes()).isZero();
  }

  @Test
  void shouldTakeUpQuestionsOfSeveralTopicsAndOfOneRecordWithTheirOrigins() {
    EmbedProcessor first = processor(new ManualEncoder());
    for (String topic : List.of("a", "a", "b")) {
      context.setRecordMetadata(topic, 3, 7);
      first.process(new Record<>(null, topic.getBytes(StandardCharsets.UTF_8), 5L));
    }
    first.close();

    ManualEncoder encoder = new ManualEncoder();
    processor(encoder);
    assertThat(encoder.texts()).containsExactly("a", "a", "b");
    encoder.completeAll();
    fire(context.scheduledPunctuators().get(1), 10);
    assertThat(context.forwarded("out"))
        .extracting(forward -> (QuestionEmbedding) forward.record().value())
        .allSatisfy(embedding -> assertThat(embedding.getSourceOffset()).isEqualTo(7))
        .extracting(QuestionEmbedding::getId)
        .doesNotHaveDuplicates()
        .first()
        .isEqualTo(UUID.nameUUIDFromBytes("a/3/7".getBytes(StandardCharsets.UTF_8)).toString());
    assertThat(context.forwarded("out"))
        .allSatisfy(forward -> assertThat(forward.record().headers()).isEmpty());
    assertThat(store.all().hasNext()).isFalse();
  }

  @Test
  void shouldReadOnOnlyWhenNoProcessorHoldsThePartition() {
    TopicPartition partition = new TopicPartition("questions", 3);
    intake.stop(partition, "small");
    intake.stop(partition, "large");
    intake.resume(partition, "small");
    assertThat(intake.isStopped(partition)).isTrue();
    intake.resume(partition, "large");
    assertThat(intake.isStopped(partition)).isFalse();
  }

  @Test
  void shouldRefuseAnApplicationWithAnotherGuarantee() {
    context = context("at_least_once");
    assertThatThrownBy(() -> processor(new ManualEncoder()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("processing.guarantee=at_least_once")
        .hasMessageContaining("exactly_once_v2");
  }

  @Test
  void shouldReadNothingMoreWhileTheBoundIsReached() {
    TopicPartition partition = new TopicPartition("questions", 3);
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    for (int i = 0; i < SETTINGS.pending().maxQuestions() - 1; i++) {
      ask(processor, "q" + i);
    }
    assertThat(intake.isStopped(partition)).isFalse();
    ask(processor, "one more");
    assertThat(intake.isStopped(partition)).isTrue();
    ask(processor, "fetched before");
    CapturedPunctuator punctuator = context.scheduledPunctuators().get(0);
    for (int i = 0; i < SETTINGS.pending().maxQuestions() / 10; i++) {
      encoder.complete(i);
    }
    fire(punctuator, 10);
    assertThat(intake.isStopped(partition)).as("nine tenths and one are left").isTrue();
    encoder.complete(SETTINGS.pending().maxQuestions() / 10);
    encoder.complete(SETTINGS.pending().maxQuestions() / 10 + 1);
    fire(punctuator, 15);
    assertThat(intake.isStopped(partition)).isFalse();
    for (int i = 0; i < SETTINGS.pending().maxQuestions(); i++) {
      ask(processor, "again " + i);
    }
    assertThat(intake.isStopped(partition)).isTrue();
    processor.close();
    assertThat(intake.isStopped(partition)).as("its next owner reads on").isFalse();
  }

  /** The context is kept with the pending question, so the next owner of the task has it. */
  @Test
  void shouldContinueTheTraceOfAQuestionThatOutlivedItsProcess() throws Exception {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    try (Collector collector = new Collector()) {
      ManualEncoder encoder = new ManualEncoder();
      try (Tracing tracing =
          Tracing.open(
              new QuestreamConfig(Map.of("tracing.otlp.endpoint", collector.endpoint())))) {
        EmbedProcessor died = processor(new ManualEncoder(), tracing.observer());
        context.setRecordMetadata("questions", 3, 0);
        byte[] bytes = "q".getBytes(StandardCharsets.UTF_8);
        Headers headers = new RecordHeaders();
        headers.add(
            "traceparent",
            "00-%s-b7ad6b7169203331-01".formatted(trace).getBytes(StandardCharsets.UTF_8));
        died.process(new Record<>(bytes, bytes, 5L, headers));
        processor(encoder, tracing.observer());
        encoder.completeAll();
        fire(context.scheduledPunctuators().get(context.scheduledPunctuators().size() - 1), 5);
      }
      Span send = collector.span("send embeddings");
      assertThat(Collector.hex(send.getTraceId())).isEqualTo(trace);
      Header continued =
          context.forwarded("out").get(0).record().headers().lastHeader("traceparent");
      assertThat(new String(continued.value(), StandardCharsets.UTF_8))
          .isEqualTo("00-%s-%s-01".formatted(trace, Collector.hex(send.getSpanId())));
      assertThat(collector.span("process questions").getAttributesList())
          .anyMatch(
              each -> each.getKey().equals("questream.restored") && each.getValue().getBoolValue());
    }
  }
}
