package dev.questream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes out beside the value: keys, ids of other keys, and the producer's headers. */
class OutputKeyTest {
  private static final byte[] BINARY = {0, (byte) 0xff, 7};
  private static final String CHANGE = "{\"op\":\"%s\",\"%s\":{\"id\":5,\"body\":\"Why?\"}}";

  @TempDir Path state;

  private List<TestRecord<byte[], byte[]>> answers(
      Map<String, String> settings, List<TestRecord<byte[], byte[]>> records, boolean dead) {
    try (TopologyHarness stream = new TopologyHarness(state, settings)) {
      records.forEach(stream::pipe);
      stream.advance(100);
      stream.encoder.completeAll();
      stream.advance(100);
      return dead ? stream.deadLetters() : stream.embeddingBytes();
    }
  }

  private static TestRecord<byte[], byte[]> record(byte[] key, String value, Header... headers) {
    return new TestRecord<>(
        key,
        value == null ? null : value.getBytes(UTF_8),
        new RecordHeaders(headers),
        TopologyHarness.START);
  }

  private static QuestionEmbedding embedding(TestRecord<byte[], byte[]> answer) {
    return new QuestionEmbeddingDeserializer().deserialize("embeddings", answer.value());
  }

  private static String id(TestRecord<byte[], byte[]> answer) {
    return IdHeader.id(answer.key(), answer.headers());
  }

  private static Map<String, String> debezium(String outputKey) {
    return Map.of(
        "input.format", "json",
        "input.envelope", "debezium",
        "input.text", "body",
        "input.id", "id",
        "output.key", outputKey);
  }

  @Test
  void shouldKeepTheKeyOfTheRecordByteForByte() {
    List<TestRecord<byte[], byte[]>> answers =
        answers(
            debezium("input"),
            List.of(
                record(BINARY, CHANGE.formatted("c", "after")),
                record(new byte[0], CHANGE.formatted("c", "after")),
                record(BINARY, CHANGE.formatted("d", "before"))),
            false);
    assertThat(answers.get(0).key()).isEqualTo(BINARY);
    assertThat(embedding(answers.get(0)).getId()).isEqualTo("5");
    assertThat(answers.get(1).key()).isEmpty();
    assertThat(answers.get(2).key()).isEqualTo(BINARY);
    assertThat(answers.get(2).value()).isNull();
    assertThat(answers).extracting(OutputKeyTest::id).containsOnly("5");
  }

  @Test
  void shouldTakeTheIdWhereThereIsNoKey() {
    List<TestRecord<byte[], byte[]>> answers =
        answers(
            debezium("input"),
            List.of(
                record(null, CHANGE.formatted("c", "after")),
                record("5".getBytes(UTF_8), CHANGE.formatted("c", "after"))),
            false);
    for (TestRecord<byte[], byte[]> answer : answers) {
      assertThat(answer.key()).isEqualTo("5".getBytes(UTF_8));
      assertThat(answer.headers().lastHeader(IdHeader.NAME)).as("needless").isNull();
    }
  }

  @Test
  void shouldTakeNoIdFromAHeaderOfTheProducer() {
    Header foreign = new RecordHeader(IdHeader.NAME, "other".getBytes(UTF_8));
    for (String outputKey : List.of("id", "input")) {
      List<TestRecord<byte[], byte[]>> answers =
          answers(
              debezium(outputKey),
              List.of(
                  record(BINARY, CHANGE.formatted("c", "after"), foreign),
                  record(BINARY, CHANGE.formatted("d", "before"), foreign)),
              false);
      assertThat(answers).extracting(OutputKeyTest::id).containsExactly("5", "5");
    }
  }

  @Test
  void shouldCarryAllHeadersOfAForeignRecord() {
    Header[] own = {
      new RecordHeader("trace", BINARY),
      new RecordHeader("trace", "twice".getBytes(UTF_8)),
      new RecordHeader("none", null),
      new RecordHeader("", new byte[0]),
      new RecordHeader("traceparent", "00-1-2-01".getBytes(UTF_8)),
      new RecordHeader("trace", null)
    };
    for (String outputKey : List.of("id", "input")) {
      List<TestRecord<byte[], byte[]>> answers =
          answers(
              debezium(outputKey),
              List.of(
                  record(BINARY, CHANGE.formatted("c", "after"), own),
                  record(BINARY, CHANGE.formatted("d", "before"), own)),
              false);
      assertThat(answers).hasSize(2);
      for (TestRecord<byte[], byte[]> answer : answers) {
        assertThat(theirs(answer.headers())).containsExactly(own);
      }
    }
    TestRecord<byte[], byte[]> broken = record(BINARY, "{\"op\":\"c\"}", own);
    TestRecord<byte[], byte[]> dead = answers(debezium("id"), List.of(broken), true).get(0);
    assertThat(theirs(dead.headers())).containsExactly(own);
    assertThat(dead.key()).isEqualTo(BINARY);
    assertThat(dead.value()).isEqualTo(broken.value());
  }

  private static List<Header> theirs(Headers headers) {
    List<Header> theirs = new ArrayList<>();
    for (Header header : headers) {
      if (!header.key().startsWith("questream.")) {
        theirs.add(header);
      }
    }
    return theirs;
  }
}
