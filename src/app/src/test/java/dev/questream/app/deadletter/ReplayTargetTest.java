package dev.questream.app.deadletter;

import static dev.questream.app.deadletter.Letters.headers;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

class ReplayTargetTest {
  private static final long NOW = 1_000_000;
  private static final ReplayTarget QUESTIONS = new ReplayTarget("questions", 6, 1000, false);

  private static Headers died(String topic, int partition) {
    return headers(
        "trace", "1",
        "questream.error.reason", "unreadable",
        "questream.error.message", "m",
        "questream.error.exception", "e",
        "questream.source.topic", topic,
        "questream.source.partition", Integer.toString(partition),
        "questream.source.offset", "42",
        "questream.application.id", "a",
        "questream.model.id", "m",
        "trace", "2");
  }

  private static DeadLetter letter(long timestampMs, Headers headers) {
    return Letters.letter(new byte[] {1}, new byte[] {2}, timestampMs, headers);
  }

  private static List<String> text(Headers headers) {
    List<String> text = new ArrayList<>();
    for (Header header : headers) {
      text.add(header.key() + "=" + new String(header.value(), UTF_8));
    }
    return text;
  }

  @Test
  void shouldMakeTheRecordThatItWas() {
    ProducerRecord<byte[], byte[]> record =
        QUESTIONS.record(letter(NOW - 1000, died("questions", 3)), NOW);
    assertThat(record.topic()).isEqualTo("questions");
    assertThat(record.partition()).isEqualTo(3);
    assertThat(record.key()).containsExactly(1);
    assertThat(record.value()).containsExactly(2);
    assertThat(record.timestamp()).isEqualTo(NOW - 1000);
    assertThat(text(record.headers()))
        .containsExactly(
            "trace=1", "trace=2", "questream.replay.count=1", "questream.replay.from=dlq-0@17");
  }

  @Test
  void shouldCountOnAndNameOnlyTheLastPlace() {
    Headers headers =
        headers("questream.replay.count", "4", "questream.replay.from", "dlq-0@3", "own", "x");
    died("questions", 3).forEach(headers::add);
    ProducerRecord<byte[], byte[]> record = QUESTIONS.record(letter(NOW, headers), NOW);
    assertThat(text(record.headers()))
        .containsExactly(
            "own=x",
            "trace=1",
            "trace=2",
            "questream.replay.count=5",
            "questream.replay.from=dlq-0@17");
  }

  @Test
  void shouldLeaveTheDeadLetterItselfAsItIs() {
    Headers headers = died("questions", 3);
    List<String> before = text(headers);
    QUESTIONS.record(letter(NOW, headers), NOW);
    assertThat(text(headers)).isEqualTo(before);
  }

  @Test
  void shouldGivePresentTimeToWhatIsOlderThanTheRetention() {
    DeadLetter old = letter(NOW - 1001, died("questions", 3));
    assertThat(QUESTIONS.record(old, NOW).timestamp()).isEqualTo(NOW);
    ReplayTarget forEver = new ReplayTarget("questions", 6, -1, false);
    assertThat(forEver.record(old, NOW).timestamp()).isEqualTo(NOW - 1001);
    DeadLetter without = letter(-1, died("questions", 3));
    assertThat(forEver.record(without, NOW).timestamp()).isEqualTo(NOW);
  }

  @Test
  void shouldGivePresentTimeToWhatIsFromTheFuture() {
    assertThat(QUESTIONS.record(letter(NOW + 1, died("questions", 3)), NOW).timestamp())
        .isEqualTo(NOW);
  }

  @Test
  void shouldHaveTheTimeOfTheQuestionAndNotOfItsDeath() {
    Headers headers = died("questions", 3);
    headers.add("questream.source.timestamp", Long.toString(NOW - 500).getBytes(UTF_8));
    assertThat(QUESTIONS.record(letter(NOW, headers), NOW).timestamp()).isEqualTo(NOW - 500);
  }

  @Test
  void shouldChooseByTheKeyWhereThePartitionIsNotTheSame() {
    assertThat(QUESTIONS.record(letter(NOW, died("questions", 6)), NOW).partition()).isNull();
    ReplayTarget other = new ReplayTarget("other", 6, -1, true);
    assertThat(other.record(letter(NOW, died("questions", 3)), NOW).partition()).isNull();
  }

  @Test
  void shouldAcceptOnlyWhatCameFromHereUnlessToldOtherwise() {
    ReplayTarget any = new ReplayTarget("questions", 6, -1, true);
    assertThat(QUESTIONS.accepts(letter(NOW, died("questions", 3)))).isTrue();
    assertThat(QUESTIONS.accepts(letter(NOW, died("elsewhere", 3)))).isFalse();
    assertThat(any.accepts(letter(NOW, died("elsewhere", 3)))).isTrue();
    assertThat(any.accepts(letter(NOW, headers()))).as("not a dead letter of ours").isFalse();
  }

  @Test
  void shouldKeepADeletionADeletion() {
    DeadLetter deletion = Letters.letter(new byte[] {1}, null, NOW, died("questions", 3));
    assertThat(QUESTIONS.record(deletion, NOW).value()).isNull();
  }
}
