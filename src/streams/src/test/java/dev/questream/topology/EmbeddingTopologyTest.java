package dev.questream.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderException.Reason;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.VectorShape;
import dev.questream.processor.EmbedObserver;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.FloatVector;
import dev.questream.serde.SourceTimestamp;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EmbeddingTopologyTest {
  @TempDir Path state;
  private TopologyHarness stream;

  private TopologyHarness open(Map<String, String> settings) {
    stream = new TopologyHarness(state, settings);
    return stream;
  }

  @AfterEach
  void close() {
    if (stream != null) {
      stream.close();
    }
  }

  private static List<String> ids(List<TestRecord<String, QuestionEmbedding>> records) {
    return records.stream().map(TestRecord::key).toList();
  }

  private static String header(TestRecord<?, ?> record, String key) {
    return new String(record.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldEmitAnEmbeddingWithItsProvenance() {
    open(Map.of());
    Headers headers = new RecordHeaders().add("trace", new byte[] {1, 2});
    headers.add("__value_schema_id", new byte[17]).add("apicurio.key.contentId", new byte[8]);
    Question question = new Question("q1", "Who wrote Hamlet?", Map.of("lang", "en"), 99L);
    stream.pipe(
        new TestRecord<>(
            "q1".getBytes(StandardCharsets.UTF_8),
            stream.avro(question),
            headers,
            TopologyHarness.START));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);

    List<TestRecord<String, QuestionEmbedding>> records = stream.embeddings();
    assertThat(ids(records)).containsExactly("q1");
    TestRecord<String, QuestionEmbedding> record = records.get(0);
    assertThat(record.getRecordTime()).isEqualTo(TopologyHarness.START.plusMillis(15));
    assertThat(SourceTimestamp.of(record.headers()))
        .isEqualTo(TopologyHarness.START.toEpochMilli());
    assertThat(record.headers())
        .as("a schema of the question is none of its embedding's")
        .extracting(Header::key)
        .contains("trace")
        .doesNotContain("__value_schema_id", "apicurio.key.contentId");
    assertThat(record.headers().lastHeader("trace").value()).containsExactly(1, 2);
    QuestionEmbedding value = record.value();
    assertThat(FloatVector.toArray(value.getEmbedding()))
        .containsExactly(ManualEncoder.vector("Who wrote Hamlet?"));
    assertThat(value.getText()).isEqualTo("Who wrote Hamlet?");
    assertThat(value.getDimensions()).isEqualTo(4);
    assertThat(value.getModelId()).isEqualTo("test-model");
    assertThat(value.getModelRevision()).isEqualTo("r1");
    assertThat(value.getWeightsSha256()).isEqualTo("w".repeat(64));
    assertThat(value.getTokenizerSha256()).isEqualTo("t".repeat(64));
    assertThat(value.getPooling()).isEqualTo("cls");
    assertThat(value.getNormalized()).isTrue();
    assertThat(value.getPrecision()).isEqualTo("fp32");
    assertThat(value.getPrefix()).isEqualTo("ask: ");
    assertThat(value.getTokenCount()).isEqualTo(17);
    assertThat(value.getOriginalTokenCount()).isEqualTo(17);
    assertThat(value.getTruncated()).isFalse();
    assertThat(value.getMetadata()).isEqualTo(Map.of("lang", "en"));
    assertThat(value.getAskedAtMs()).isEqualTo(99);
    assertThat(value.getSourceTopic()).isEqualTo("questions");
    assertThat(value.getSourcePartition()).isZero();
    assertThat(value.getSourceOffset()).isZero();
    assertThat(value.getEmbeddedAtMs()).isEqualTo(TopologyHarness.START.toEpochMilli() + 15);
  }

  @ParameterizedTest
  @CsvSource({"avro, int8", "avro, ubinary", "json, int8", "json, ubinary"})
  void shouldSayWhatTheVectorsNumbersAre(String format, String type) {
    EncoderInfo plain = ManualEncoder.INFO;
    VectorShape shape = new VectorShape(type.equals("int8") ? 4 : 32, VectorType.of(type));
    EncoderInfo info =
        new EncoderInfo(
            new Provenance(plain.provenance().model(), shape.of(plain.provenance().computed())),
            plain.role(),
            plain.maxTokens());
    stream =
        new TopologyHarness(
            state,
            Map.of("output.format", format, "output.vector", type),
            EmbedObserver.NONE,
            new ManualEncoder(info));
    stream.ask("q1", "one");
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    QuestionEmbedding value = stream.embeddings().get(0).value();
    assertThat(value.getVectorType()).isEqualTo(type);
    assertThat(value.getDimensions()).isEqualTo(shape.dimensions());
    assertThat(FloatVector.toArray(value.getEmbedding()))
        .containsExactly(ManualEncoder.vector("one"));
    assertThat(stream.pending()).isZero();
  }

  @Test
  void shouldSayWhenAQuestionWasTruncated() {
    open(Map.of());
    stream.ask("long", "x".repeat(100));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    QuestionEmbedding value = stream.embeddings().get(0).value();
    assertThat(value.getTruncated()).isTrue();
    assertThat(value.getTokenCount()).isEqualTo(64);
    assertThat(value.getOriginalTokenCount()).isEqualTo(100);
    assertThat(value.getText()).hasSize(100);
  }

  @Test
  void shouldKeepAQuestionInTheStoreUntilItsEmbeddingIsForwarded() {
    open(Map.of());
    stream.ask("q1", "one");
    stream.advance(10);
    assertThat(stream.embeddings()).isEmpty();
    assertThat(stream.pending()).isEqualTo(1);
    stream.encoder.completeAll();
    assertThat(stream.pending()).as("completion alone touches nothing").isEqualTo(1);
    assertThat(stream.embeddings()).isEmpty();
    stream.advance(5);
    assertThat(ids(stream.embeddings())).containsExactly("q1");
    assertThat(stream.pending()).isZero();
  }

  @Test
  void shouldAnswerInTheOrderOfArrivalWhateverFinishesFirst() {
    open(Map.of("window.max.questions", "1"));
    List.of("a", "b", "c", "d").forEach(id -> stream.ask(id, "text " + id));
    stream.encoder.complete(3);
    stream.encoder.complete(1);
    stream.advance(5);
    assertThat(stream.embeddings()).isEmpty();
    stream.encoder.complete(0);
    stream.advance(5);
    assertThat(ids(stream.embeddings())).containsExactly("a", "b");
    stream.encoder.complete(2);
    stream.advance(5);
    assertThat(ids(stream.embeddings())).containsExactly("c", "d");
  }

  @Test
  void shouldCloseAWindowByCount() {
    open(Map.of("window.max.questions", "3", "window.max.age.ms", "1000000"));
    for (int i = 0; i < 8; i++) {
      stream.ask("q" + i, "text");
    }
    assertThat(stream.encoder.windowSizes())
        .as("the first finds nothing pending, the last waits")
        .containsExactly(1, 3, 3);
  }

  @Test
  void shouldCloseAWindowByTokens() {
    open(Map.of("window.max.tokens", "20", "window.max.age.ms", "1000000"));
    stream.ask("q0", "goes at once");
    stream.ask("q1", "x".repeat(40)); // 12 tokens by estimate
    assertThat(stream.encoder.windowSizes()).containsExactly(1);
    stream.ask("q2", "x".repeat(40));
    assertThat(stream.encoder.windowSizes()).containsExactly(1, 2);
  }

  @Test
  void shouldCloseAWindowByAge() {
    open(Map.of("window.max.age.ms", "50", "punctuation.interval.ms", "5"));
    stream.ask("q0", "goes at once");
    stream.ask("q1", "text");
    stream.advance(45);
    assertThat(stream.encoder.windowSizes()).containsExactly(1);
    stream.ask("q2", "text");
    stream.advance(5);
    assertThat(stream.encoder.windowSizes()).containsExactly(1, 2);
  }

  @Test
  void shouldPassATombstoneBehindTheEmbeddingThatItDeletes() {
    open(Map.of("window.max.questions", "1"));
    stream.ask("q1", "one");
    stream.pipe("q1", null);
    stream.advance(5);
    assertThat(stream.embeddings()).isEmpty();
    stream.encoder.completeAll();
    stream.advance(5);
    List<TestRecord<String, QuestionEmbedding>> records = stream.embeddings();
    assertThat(ids(records)).containsExactly("q1", "q1");
    assertThat(records.get(0).value()).isNotNull();
    assertThat(records.get(1).value()).isNull();
    assertThat(stream.pending()).isZero();
  }

  @Test
  void shouldSendARecordThatIsNoQuestionToTheDeadLettersAsItCame() {
    open(Map.of());
    byte[] garbage = {9, 9, 9};
    Headers headers = new RecordHeaders().add("trace", new byte[] {1});
    stream.pipe(
        new TestRecord<>(
            "k".getBytes(StandardCharsets.UTF_8), garbage, headers, TopologyHarness.START));
    List<TestRecord<byte[], byte[]>> letters = stream.deadLetters();
    assertThat(letters).hasSize(1);
    TestRecord<byte[], byte[]> letter = letters.get(0);
    assertThat(letter.key()).isEqualTo("k".getBytes(StandardCharsets.UTF_8));
    assertThat(letter.value()).isEqualTo(garbage);
    assertThat(letter.getRecordTime()).isEqualTo(TopologyHarness.START);
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(1);
    assertThat(header(letter, "questream.error.reason")).isEqualTo("unreadable");
    assertThat(header(letter, "questream.error.message")).contains("Question").contains("Avro");
    assertThat(header(letter, "questream.error.exception")).endsWith("WireException");
    assertThat(header(letter, "questream.source.topic")).isEqualTo("questions");
    assertThat(header(letter, "questream.source.partition")).isEqualTo("0");
    assertThat(header(letter, "questream.source.offset")).isEqualTo("0");
    assertThat(header(letter, "questream.application.id")).isEqualTo("questream");
    assertThat(header(letter, "questream.model.id")).isEqualTo("test-model");
    assertThat(stream.pending()).isZero();
  }

  @Test
  void shouldSendEveryKindOfBadRecordToTheDeadLettersAndGoOn() {
    open(Map.of("input.format", "text"));
    stream.pipe("empty", new byte[0]);
    stream.pipe("blank", " \t\n".getBytes(StandardCharsets.UTF_8));
    stream.pipe("latin1", "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    stream.pipe(null, null);
    stream.pipe("good", "a question".getBytes(StandardCharsets.UTF_8));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(stream.deadLetters().stream().map(l -> header(l, "questream.error.reason")))
        .containsExactly("empty-text", "empty-text", "unreadable", "unreadable");
    assertThat(ids(stream.embeddings())).containsExactly("good");
  }

  @Test
  void shouldSendOnlyTheQuestionThatTheEncoderRefusesToTheDeadLetters() {
    open(Map.of());
    List.of("a", "b", "c").forEach(id -> stream.ask(id, "text " + id));
    stream.advance(10);
    stream.encoder.complete(0);
    stream.encoder.fail(1, new EncoderException(Reason.INFERENCE_FAILED, "it would not"));
    stream.encoder.complete(2);
    stream.advance(5);
    assertThat(ids(stream.embeddings())).containsExactly("a", "c");
    List<TestRecord<byte[], byte[]>> letters = stream.deadLetters();
    assertThat(letters).hasSize(1);
    assertThat(new String(letters.get(0).key(), StandardCharsets.UTF_8)).isEqualTo("b");
    assertThat(header(letters.get(0), "questream.error.reason")).isEqualTo("inference-failed");
    assertThat(header(letters.get(0), "questream.error.message")).isEqualTo("it would not");
    assertThat(stream.pending()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "ENCODER_BROKEN"})
  void shouldNotBlameAQuestionForAnEncoderThatDoesNotWork(Reason reason) {
    open(Map.of());
    stream.ask("a", "text");
    stream.advance(10);
    stream.encoder.fail(0, new EncoderException(reason, "no encoder"));
    assertThatThrownBy(() -> stream.advance(5))
        .isInstanceOf(StreamsException.class)
        .rootCause()
        .hasMessageContaining("no encoder");
    assertThat(stream.deadLetters()).isEmpty();
  }

  @Test
  void shouldGiveAQuestionWithoutIdAndKeyTheSameIdAtEveryReplay() {
    open(Map.of("input.format", "text"));
    stream.pipe(null, "no id".getBytes(StandardCharsets.UTF_8));
    stream.pipe(null, "no id".getBytes(StandardCharsets.UTF_8));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(ids(stream.embeddings()))
        .containsExactly(
            java.util
                .UUID
                .nameUUIDFromBytes("questions/0/0".getBytes(StandardCharsets.UTF_8))
                .toString(),
            java.util
                .UUID
                .nameUUIDFromBytes("questions/0/1".getBytes(StandardCharsets.UTF_8))
                .toString());
  }

  @Test
  void shouldTakeTheIdOfTheValueBeforeTheKey() {
    open(Map.of("input.format", "json"));
    stream.pipe("key", "{\"id\":\"value\",\"text\":\"q\"}".getBytes(StandardCharsets.UTF_8));
    stream.pipe("key", "{\"text\":\"q\"}".getBytes(StandardCharsets.UTF_8));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(ids(stream.embeddings())).containsExactly("value", "key");
  }

  @Test
  void shouldNotWaitForEverWhenTheEncoderDoesNot() {
    open(Map.of("pending.max.questions", "2", "pending.max.block.ms", "200"));
    long start = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      stream.ask("q" + i, "text");
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertThat(millis).as("blocked once per punctuation, not per record").isBetween(200L, 2_000L);
    assertThat(stream.encoder.texts())
        .as("the window went out before the wait")
        .hasSizeGreaterThan(2);
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(stream.embeddings()).hasSize(50);
  }

  @Test
  void shouldSendAQuestionThatIsTooLargeToTheDeadLetters() {
    open(Map.of("question.max.bytes", "1000"));
    stream.ask("big", "x".repeat(1000));
    stream.ask("small", "x");
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(header(stream.deadLetters().get(0), "questream.error.reason"))
        .isEqualTo("too-large");
    assertThat(ids(stream.embeddings())).containsExactly("small");
  }

  @Test
  void shouldWriteJsonWhenAsked() {
    open(Map.of("output.format", "json"));
    stream.ask("q1", "one");
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(FloatVector.toArray(stream.embeddings().get(0).value().getEmbedding()))
        .containsExactly(ManualEncoder.vector("one"));
  }

  @Test
  void shouldMeasureWhatTheTaskDoes() {
    open(Map.of("input.format", "text"));
    stream.pipe("a", "one".getBytes(StandardCharsets.UTF_8));
    stream.pipe("b", "x".repeat(100).getBytes(StandardCharsets.UTF_8)); // the encoder takes 64
    stream.pipe("c", " ".getBytes(StandardCharsets.UTF_8));
    stream.pipe("a", null);
    assertThat(stream.taskMetric("pending")).isEqualTo(3.0);
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(5);
    assertThat(stream.taskMetric("pending")).isEqualTo(0.0);
    assertThat(stream.taskMetric("embeddings-total")).isEqualTo(2.0);
    assertThat(stream.taskMetric("truncated-total")).isEqualTo(1.0);
    assertThat(stream.taskMetric("deletions-total")).isEqualTo(1.0);
    assertThat(stream.taskMetric("dead-letters-total")).isEqualTo(1.0);
    assertThat((double) stream.taskMetric("window-age-max")).isGreaterThanOrEqualTo(10.0);
    assertThat((double) stream.taskMetric("end-to-end-latency-max")).isGreaterThanOrEqualTo(10.0);
  }

  private static byte[] change(String op, String row) {
    String held = op.equals("d") ? "\"before\":%s,\"after\":null" : "\"before\":null,\"after\":%s";
    return "{%s,\"op\":\"%s\"}".formatted(held.formatted(row), op).getBytes(StandardCharsets.UTF_8);
  }

  /** An event deletes, and the null value behind it says the same again; one alone deletes. */
  @Test
  void shouldDeleteOnceWhatAnEventAndANullValueDelete() {
    open(Map.of("input.format", "json", "input.envelope", "debezium", "input.text", "body"));
    String row = "{\"id\":\"q1\",\"body\":\"why?\"}";
    stream.pipe("q1", change("c", row));
    stream.pipe("q1", change("d", row));
    stream.pipe("q2", change("c", row.replace("q1", "q2")));
    stream.pipe("q1", null);
    stream.pipe("q1", null);
    stream.pipe("q1", change("d", row));
    stream.pipe("q1", change("r", row));
    stream.pipe("q1", null);
    stream.pipe("q1", "{\"ts_ms\":1}".getBytes(StandardCharsets.UTF_8));
    stream.advance(10);
    stream.encoder.completeAll();
    stream.advance(10);
    assertThat(
            stream.embeddings().stream()
                .map(record -> record.key() + (record.value() == null ? " deleted" : "")))
        .containsExactly("q1", "q1 deleted", "q2", "q1 deleted", "q1 deleted", "q1", "q1 deleted");
    assertThat(stream.deadLetters()).isEmpty();
    assertThat(stream.taskMetric("skipped-total")).isEqualTo(2.0);
    assertThat(stream.pending()).isZero();
  }

  @Test
  void shouldGiveTheEncoderATitle() {
    open(Map.of("input.format", "text", "input.title", "key"));
    stream.pipe("a title", "why?".getBytes(StandardCharsets.UTF_8));
    stream.advance(10);
    assertThat(stream.encoder.inputs()).containsExactly(new EncoderInput("a title", "why?"));
  }
}
