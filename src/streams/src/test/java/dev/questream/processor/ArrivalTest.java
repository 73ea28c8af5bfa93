package dev.questream.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.PendingQuestion;
import dev.questream.serde.QuestionDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What records turn out to be. */
class ArrivalTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private static QuestionDecoder decoder(String format) {
    return new QuestionDecoder(Map.of("input.format", format));
  }

  private static PendingQuestion pending(byte[] key, byte[] value, SourcePosition position) {
    return PendingRecords.of(new Record<>(key, value, 0, new RecordHeaders()), position);
  }

  private static byte[] utf8(String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  @SafeVarargs
  private static <T> T oneOf(Random random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  @Test
  void shouldReadEveryRecordAsOneOfItsKinds() {
    Random random = new Random(SEED);
    QuestionDecoder decoder = decoder("text");
    for (int round = 0; round < 2_000; round++) {
      String at = "seed %d, round %d".formatted(SEED, round);
      SourcePosition position = new SourcePosition("questions", 1, random.nextInt(), 0);
      String key = oneOf(random, null, "", "id-" + random.nextInt());
      String value =
          oneOf(random, null, "", " \t\n", "\u00a0\u200b", "why " + random.nextInt() + "?");
      Arrival arrival = Arrival.of(pending(utf8(key), utf8(value), position), position, decoder);
      boolean named = key != null && !key.isEmpty();
      if (value == null) {
        assertThat(arrival)
            .as(at)
            .isInstanceOf(named ? Arrival.Deleted.class : Arrival.Rejected.class);
        assertThat(arrival.id()).as(at).isEqualTo(named ? key : "");
      } else if (!value.startsWith("why")) {
        assertThat(arrival)
            .as(at)
            .isInstanceOfSatisfying(
                Arrival.Rejected.class,
                rejected ->
                    assertThat(rejected.reason()).as(at).isEqualTo(DeadLetterReason.EMPTY_TEXT));
      } else {
        assertThat(arrival)
            .as(at)
            .isInstanceOfSatisfying(
                Arrival.Asked.class,
                asked -> assertThat(asked.question().getText()).as(at).isEqualTo(value));
        assertThat(arrival.id()).as(at).isEqualTo(named ? key : position.id());
      }
    }
  }

  /** A record that could throw here would stop the application for ever. */
  @ParameterizedTest
  @ValueSource(strings = {"avro", "json", "text"})
  void shouldRejectWhateverItCannotRead(String format) {
    Random random = new Random(SEED);
    QuestionDecoder decoder = decoder(format);
    SourcePosition position = new SourcePosition("questions", 0, 1, 0);
    for (int round = 0; round < 2_000; round++) {
      String at = "seed %d, round %d".formatted(SEED, round);
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      Arrival arrival = Arrival.of(pending(null, value, position), position, decoder);
      if (arrival instanceof Arrival.Rejected rejected) {
        assertThat(rejected.reason())
            .as(at)
            .isIn(DeadLetterReason.UNREADABLE, DeadLetterReason.EMPTY_TEXT);
      } else {
        assertThat(arrival).as(at).isInstanceOf(Arrival.Asked.class);
      }
    }
  }

  @Test
  void shouldNameTheFieldsOfABlankText() {
    SourcePosition position = new SourcePosition("questions", 0, 1, 0);
    Map<String, String> mapped =
        Map.of("input.format", "json", "input.text", "headline, body.question");
    byte[] value = utf8("{\"headline\":\"\",\"body\":{\"question\":\" \"}}");
    assertThat(Arrival.of(pending(null, value, position), position, new QuestionDecoder(mapped)))
        .isInstanceOfSatisfying(
            Arrival.Rejected.class,
            rejected ->
                assertThat(rejected.message()).contains("headline", "body.question", "blank"));
  }

  @Test
  void shouldTakeAKeyOfBytesOnlyWhereTheValueHasAnId() {
    SourcePosition position = new SourcePosition("questions", 0, 1, 0);
    byte[] key = {(byte) 0xFF, 0, 1};
    byte[] named = utf8("{\"id\":\"own\",\"text\":\"why?\"}");
    QuestionDecoder decoder = decoder("json");
    assertThat(Arrival.of(pending(key, named, position), position, decoder).id()).isEqualTo("own");
    for (byte[] nameless : new byte[][] {utf8("{\"text\":\"why?\"}"), null}) {
      assertThat(Arrival.of(pending(key, nameless, position), position, decoder))
          .isInstanceOfSatisfying(
              Arrival.Rejected.class,
              rejected -> assertThat(rejected.reason()).isEqualTo(DeadLetterReason.UNREADABLE));
    }
  }

  /** A row is there without a text, and its old text's vector must not stay. */
  @ParameterizedTest
  @ValueSource(strings = {"null", "''", "' \\n'", "'\u200b'"})
  void shouldDeleteWhatARowWithoutTextHad(String text) {
    SourcePosition position = new SourcePosition("questions", 0, 1, 0);
    String row = "{'op':'u','after':{'id':7,'text':%s},'source':{'table':'t'}}";
    QuestionDecoder decoder =
        new QuestionDecoder(Map.of("input.format", "json", "input.envelope", "debezium"));
    PendingQuestion pending =
        pending(utf8("{\"id\":7}"), utf8(row.formatted(text).replace('\'', '"')), position);
    assertThat(Arrival.of(pending, position, decoder)).isEqualTo(new Arrival.Deleted("7", true));
  }

  @Test
  void shouldReadAQuestionTogetherWithItsHeaders() {
    SourcePosition position = new SourcePosition("questions", 0, 1, 0);
    RecordHeaders headers = new RecordHeaders();
    headers.add("__value_schema_id", new byte[] {0, 0, 0, 0, 7});
    PendingQuestion pending =
        PendingRecords.of(new Record<>(null, utf8("why?"), 0, headers), position);
    assertThat(Arrival.of(pending, position, decoder("avro")))
        .isInstanceOfSatisfying(
            Arrival.Rejected.class,
            rejected -> assertThat(rejected.message()).contains("the header __value_schema_id"));
  }

  /** A replay replaces; no two records, and no two questions of a record, share an id. */
  @Test
  void shouldGiveEachPositionAnIdOfItsOwn() {
    Random random = new Random(SEED);
    Map<String, SourcePosition> ids = new HashMap<>();
    for (int round = 0; round < 2_000; round++) {
      SourcePosition position =
          new SourcePosition(
              oneOf(random, "a", "b", "a-1"),
              random.nextInt(12),
              random.nextInt(20),
              random.nextInt(3));
      SourcePosition same =
          new SourcePosition(
              position.topic(), position.partition(), position.offset(), position.sibling());
      assertThat(same.id()).isEqualTo(position.id());
      assertThat(ids.merge(position.id(), position, (first, second) -> first))
          .as("seed %d, round %d", SEED, round)
          .isEqualTo(position);
    }
  }
}
