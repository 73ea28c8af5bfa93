package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderRole;
import dev.questream.provenance.Provenance;
import dev.questream.serde.SerdeConfig.OutputKey;
import dev.questream.testing.ManualEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which questions are skipped with {@code unchanged=skip}, and that no other ever is. */
class UnchangedTest extends UnchangedFixture {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  private static final EncoderInfo OTHER_MODEL =
      new EncoderInfo(
          new Provenance(
              new Provenance.Model("test-model", "r1", "v".repeat(64), "t".repeat(64)),
              ManualEncoder.INFO.provenance().computed()),
          EncoderRole.QUESTION,
          64);

  @Test
  void shouldSkipWhatChangesNothing() {
    ask("a", "A");
    answer();
    ask("a", "A");
    ask("b", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "b=A");
    assertThat(skipped).containsExactly("unchanged");
    assertThat(encoder.texts()).as("the encoder is spared it").containsExactly("A", "A");
  }

  /** Sinks go by the key or by the id: what is the last of either must stay the last. */
  @Test
  void shouldGoByTheKeyOfWhatGoesOutAndByTheId() {
    delivery =
        Delivery.toTopics(
            "embeddings", OutputKey.INPUT, (topic, value) -> new byte[0], () -> TopicLimits.NONE);
    start(true);
    pipe(3, "key", "{\"id\": \"x\", \"text\": \"A\"}");
    pipe(3, "key", "{\"id\": \"y\", \"text\": \"B\"}");
    pipe(3, "key", "{\"id\": \"x\", \"text\": \"A\"}");
    pipe(3, "key", "{\"id\": \"x\", \"text\": \"A\"}");
    answer();
    pipe(3, "1", "{\"id\": \"z\", \"text\": \"A\"}");
    pipe(3, "2", "{\"id\": \"z\", \"text\": \"B\"}");
    pipe(3, "1", "{\"id\": \"z\", \"text\": \"A\"}");
    pipe(3, "1", "{\"id\": \"z\", \"text\": \"A\"}");
    delete("z");
    pipe(3, "1", "{\"id\": \"z\", \"text\": \"A\"}");
    answer();
    assertThat(forwardedKeys()).containsExactly("key", "key", "key", "1", "2", "1", "z", "1");
    assertThat(skipped).containsExactly("unchanged", "unchanged");
  }

  @Test
  void shouldSkipWithinABatchToo() {
    ask("a", "A");
    ask("a", "A");
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A");
    assertThat(skipped).hasSize(2);
  }

  @Test
  void shouldEmbedWhatChangesBackWhileTheFirstIsPending() {
    ask("a", "A");
    ask("a", "B");
    ask("a", "A");
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=B", "a=A");
  }

  @Test
  void shouldForwardEveryDeletionAndEmbedBehindIt() {
    ask("a", "A");
    answer();
    delete("a");
    delete("a");
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=", "a=", "a=A");
  }

  @Test
  void shouldEmbedARowThatIsInsertedAgainBehindItsDeletion() {
    start(true, Map.of("input.format", "json", "input.envelope", "debezium"), ManualEncoder.INFO);
    String row = "{\"id\": 7, \"text\": \"A\"}";
    String source = "\"source\": {\"table\": \"t\"}";
    String insert = "{\"before\": null, \"after\": %s, %s, \"op\": \"c\"}".formatted(row, source);
    String update = "{\"before\": null, \"after\": %s, %s, \"op\": \"u\"}".formatted(row, source);
    String remove = "{\"before\": %s, \"after\": null, %s, \"op\": \"d\"}".formatted(row, source);
    pipe(3, "{\"id\": 7}", insert);
    pipe(3, "{\"id\": 7}", update);
    pipe(3, "{\"id\": 7}", remove);
    pipe(3, "{\"id\": 7}", null);
    pipe(3, "{\"id\": 7}", insert);
    answer();
    assertThat(answers()).containsExactly("7=A", "7=", "7=A");
    assertThat(skipped).containsExactly("unchanged", "tombstone");
  }

  @Test
  void shouldTryADeadLetterAgain() {
    ask("a", "A");
    answer();
    ask("a", "poison");
    answer();
    ask("a", "poison");
    answer();
    assertThat(context.forwarded("dlq")).hasSize(2);
    ask("a", "A");
    answer();
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=A");
  }

  @Test
  void shouldKeepTheDigestOfALaterQuestionWhenAnEarlierIsADeadLetter() {
    ask("a", "poison");
    ask("a", "A");
    answer();
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A");
    assertThat(skipped).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'text': 'A', 'title': 'T'} | {'text': 'A', 'title': 'U'}",
        "{'text': 'A', 'title': 'T'} | {'text': 'A'}",
        "{'text': 'A', 'title': 'T'} | {'text': 'TA'}",
        "{'text': 'A', 'lang': 'en'} | {'text': 'A', 'lang': 'de'}",
        "{'text': 'A', 'lang': 'x'} | {'text': 'A', 'size': 'x'}",
        "{'text': 'A\\ud800'} | {'text': 'A?'}",
      })
  void shouldEmbedWhenAnythingChangesThatDecides(String before, String after) {
    pipe(3, "a", before.replace('\'', '"'));
    pipe(3, "a", after.replace('\'', '"'));
    answer();
    assertThat(answers()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'text': 'A', 'asked_at_ms': 1} | {'text': 'A', 'asked_at_ms': 2}",
        "{'text': 'A', 'lang': 'en', 'size': 1} | {'size': 1, 'lang': 'en', 'text': 'A'}",
        "{'text': 'A', 'other': 1} | {'text': 'A', 'other': 2}",
      })
  void shouldSkipWhenNothingChangesThatDecides(String before, String after) {
    pipe(3, "a", before.replace('\'', '"'));
    pipe(3, "a", after.replace('\'', '"'));
    answer();
    assertThat(answers()).hasSize(1);
  }

  @Test
  void shouldKnowWhatItHasSkippedAfterARestart() {
    ask("a", "A");
    answer();
    ask("b", "B");
    start(true);
    ask("a", "A");
    ask("b", "B");
    answer();
    assertThat(answers()).containsExactly("a=A", "b=B");
    assertThat(skipped).hasSize(2);
  }

  @Test
  void shouldEmbedEverythingAgainByAnotherModel() {
    ask("a", "A");
    answer();
    start(true, INPUT, OTHER_MODEL);
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=A");
  }

  /** Pending by one model, answered by another: back at the first, nothing is its own any more. */
  @Test
  void shouldTrustNoDigestOfAQuestionThatAnotherModelAnswered() {
    ask("a", "A");
    start(true, INPUT, OTHER_MODEL);
    answer();
    start(true);
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=A");
  }

  @Test
  void shouldTrustNoDigestOfAQuestionThatOtherSettingsAnswered() {
    pipe(3, "a", "{\"text\": \"A\", \"body\": \"B\"}");
    start(true, Map.of("input.format", "json", "input.text", "body"), ManualEncoder.INFO);
    answer();
    start(true);
    pipe(3, "a", "{\"text\": \"A\", \"body\": \"B\"}");
    answer();
    assertThat(answers()).containsExactly("a=B", "a=A");
  }

  @Test
  void shouldTrustNoDigestOfAPendingQuestionThatIsNoneAnyMore() {
    ask("a", "A");
    answer();
    ask("b", "B");
    long pending = nextOffset - 1;
    store.put(pending, PendingRecords.of(unreadable(), position(pending)));
    start(true);
    answer();
    ask("b", "B");
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "b=B", "a=A");
  }

  private static Record<byte[], byte[]> unreadable() {
    return new Record<>(new byte[1], new byte[] {'{'}, 5L);
  }

  private static SourcePosition position(long offset) {
    return new SourcePosition("questions", 3, offset, 0);
  }

  /** While it is off B is embedded, and no digest says so. */
  @Test
  void shouldTrustNoDigestFromBeforeItWasOff() {
    ask("a", "A");
    answer();
    start(false);
    ask("a", "B");
    answer();
    start(true);
    ask("a", "A");
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=B", "a=A");
    assertThat(skipped).hasSize(1);
  }

  @Test
  void shouldTrustNoDigestFromBeforeItWasOffWhenThatOnlyAnsweredWhatWasPending() {
    ask("a", "A");
    start(false);
    answer();
    start(true);
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A", "a=A");
  }

  @Test
  void shouldKeepDigestsIfNothingCameWhileItWasOff() {
    ask("a", "A");
    answer();
    start(false);
    start(true);
    ask("a", "A");
    answer();
    assertThat(answers()).containsExactly("a=A");
  }

  @Test
  void shouldNotSkipAnIdThatComesFromAnotherPartition() {
    String value = "{\"text\": \"A\"}";
    pipe(3, "a", value);
    pipe(4, "a", value);
    pipe(4, "a", value);
    answer();
    assertThat(answers()).hasSize(2);
  }

  @Test
  void shouldLeaveNothingInThePendingStoreWhenItIsOff() {
    ask("a", "A");
    answer();
    start(false);
    ask("a", "A");
    answer();
    assertThat(store.all().hasNext()).isFalse();
  }

  /** Whatever comes and happens, the last word on each id is as without skipping. */
  @Test
  void shouldEndAsWithoutSkipping() {
    for (int round = 0; round < 100; round++) {
      long seed = SEED + round;
      Map<String, String> expected = lastOf(play(seed, false));
      assertThat(lastOf(play(seed, true))).as("-Dquestream.seed=%d", seed).isEqualTo(expected);
    }
    assertThat(skipped).as("-Dquestream.seed=%d", SEED).hasSizeGreaterThan(300);
  }

  /**
   * One random history: what was answered. By no model that was replaced before the last question.
   */
  private List<String> play(long seed, boolean skips) {
    SplittableRandom random = new SplittableRandom(seed);
    clear();
    List<EncoderInfo> models = new ArrayList<>(List.of(ManualEncoder.INFO));
    Map<String, String> by = new HashMap<>(); // id to the weights behind its last answer
    Map<String, Integer> asked = new HashMap<>(); // id to the number of the model
    start(skips);
    for (int i = 0; i < 60; i++) {
      String id = "id" + random.nextInt(4);
      int roll = random.nextInt(20);
      if (roll < 15 && roll != 12) {
        asked.put(id, models.size() - 1);
      }
      if (roll < 12) {
        ask(id, "text " + random.nextInt(3));
      } else if (roll < 13) {
        ask(id, "poison");
      } else if (roll < 15) {
        delete(id);
      } else if (roll < 18) {
        answer();
      } else {
        boolean on = random.nextInt(3) > 0;
        models.add(random.nextInt(3) > 0 ? ManualEncoder.INFO : OTHER_MODEL);
        start(skips && on, INPUT, models.get(models.size() - 1));
      }
    }
    answer();
    context
        .forwarded("out")
        .forEach(
            forward -> {
              String id = new String(forward.record().key(), StandardCharsets.UTF_8);
              QuestionEmbedding value = (QuestionEmbedding) forward.record().value();
              by.put(id, value == null ? "" : value.getWeightsSha256());
            });
    by.forEach(
        (id, weights) ->
            assertThat(models.subList(asked.get(id), models.size()))
                .as("-Dquestream.seed=%d, %s", seed, id)
                .anyMatch(
                    model ->
                        weights.isEmpty()
                            || model.provenance().model().weightsSha256().equals(weights)));
    return answers();
  }

  private void clear() {
    context.resetForwards();
    List<Long> pending = new ArrayList<>();
    try (var all = store.all()) {
      all.forEachRemaining(entry -> pending.add(entry.key));
    }
    pending.forEach(store::delete);
  }

  private static Map<String, String> lastOf(List<String> answers) {
    Map<String, String> last = new HashMap<>();
    answers.forEach(answer -> last.put(answer.substring(0, answer.indexOf('=')), answer));
    return Collections.unmodifiableMap(last);
  }
}
