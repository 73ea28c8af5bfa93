package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/**
 * What the test driver cannot show: the punctuator's life, and what a new owner of the store does.
 */
class EmbedProcessorTest extends ProcessorFixture {
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
  void shouldSubmitAtOnceWhatFindsNothingPendingAndGatherTheRest() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    assertThat(encoder.windowSizes()).containsExactly(1);
    ask(processor, "b");
    assertThat(encoder.windowSizes()).as("it waits for company").containsExactly(1);
    ask(processor, "c");
    assertThat(encoder.windowSizes()).containsExactly(1, 2);
    encoder.completeAll();
    fire(context.scheduledPunctuators().get(0), 5);
    ask(processor, "d");
    assertThat(encoder.windowSizes()).containsExactly(1, 2, 1);
  }

  @Test
  void shouldSubmitWhatThePreviousOwnerLeftPendingInItsOrder() {
    ManualEncoder first = new ManualEncoder();
    EmbedProcessor processor = processor(first);
    List.of("a", "b", "c", "d", "e").forEach(text -> ask(processor, text));
    processor.close();
    assertThat(context.forwarded()).isEmpty();
    assertThat(first.cancelled()).as("the encoder need not go on with them").isEqualTo(5);

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

  private static final class LateContext<K, V> extends MockProcessorContext<K, V> {
    LateContext(Properties settings) {
      super(settings);
    }

    @Override
    public <A extends K, B extends V> void forward(Record<A, B> record, String childName) {
      throw new TaskCorruptedException(Set.of(taskId()));
    }
  }

  /** Kafka Streams would bring back one task, and let others go on behind a lost transaction. */
  @Test
  void shouldEndTheThreadWhereAnAnswerIsNotSentInTime() {
    context = new LateContext<>(settings("exactly_once_v2"));
    context.setCurrentSystemTimeMs(0);
    context.addStateStore(store);
    ManualEncoder encoder = new ManualEncoder();
    ask(processor(encoder), "a");
    encoder.completeAll();
    CapturedPunctuator punctuator = context.scheduledPunctuators().get(0);
    assertThatThrownBy(() -> fire(punctuator, 5))
        .isInstanceOf(StreamsException.class)
        .isNotInstanceOf(TaskCorruptedException.class)
        .hasCauseInstanceOf(TaskCorruptedException.class);
  }

  @Test
  void shouldForgetEverythingWhenTheSameObjectIsInitializedAgain() {
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor = processor(encoder);
    ask(processor, "a");
    ask(processor, "b");
    processor.close();
    processor.init(context);
    assertThat(encoder.texts()).containsExactly("a", "a", "b");
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
    ask(processor, "c");
    encoder.completeAll();
    fire(context.scheduledPunctuators().get(0), 10);
    assertThat(
            context.forwarded("out").stream().map(forward -> forward.record().value().toString()))
        .satisfiesExactly(
            value -> assertThat(value).contains("\"source_partition\": 3, \"source_offset\": 0"),
            value -> assertThat(value).contains("\"source_partition\": 3, \"source_offset\": 1"),
            value -> assertThat(value).contains("\"source_partition\": 3, \"source_offset\": 2"));
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
        .allSatisfy(
            forward ->
                assertThat(forward.record().headers())
                    .extracting(Header::key)
                    .containsExactly("questream.source.timestamp"));
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

  @Test
  void shouldCloseAWindowByTheTokensOfTitlesToo() {
    EmbedSettings settings =
        new EmbedSettings(
            "app",
            true,
            false,
            900_000,
            new EmbedSettings.WindowBounds(100, 60, Duration.ofMillis(10)),
            SETTINGS.pending(),
            SETTINGS.punctuationInterval(),
            SETTINGS.stallLimit());
    ManualEncoder encoder = new ManualEncoder();
    EmbedProcessor processor =
        processor(
            settings,
            Map.of("input.format", "json", "input.title", "title"),
            encoder,
            EmbedObserver.NONE);
    ask(processor, "{\"text\": \"goes at once\"}");
    ask(processor, "{\"text\": \"short\"}");
    assertThat(encoder.windowSizes()).containsExactly(1);
    ask(processor, "{\"text\": \"short\", \"title\": \"%s\"}".formatted("long ".repeat(60)));
    assertThat(encoder.windowSizes()).containsExactly(1, 2);
  }
}
