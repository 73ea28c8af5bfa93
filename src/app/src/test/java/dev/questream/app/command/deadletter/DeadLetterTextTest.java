package dev.questream.app.command.deadletter;

import static dev.questream.app.deadletter.Letters.headers;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.deadletter.Letters;
import dev.questream.serde.QuestionDecoder;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;

class DeadLetterTextTest {
  private static final byte[] NOT_UTF8 = {(byte) 0xc3, 0x28, 0};
  private static final QuestionDecoder JSON_DECODER =
      new QuestionDecoder(Map.of("input.format", "json"));

  private static Headers died(String message) {
    return headers(
        "questream.error.reason", "unreadable",
        "questream.error.message", message,
        "questream.error.exception", "java.lang.Exception",
        "questream.source.topic", "questions",
        "questream.source.partition", "3",
        "questream.source.offset", "42",
        "questream.application.id", "app",
        "questream.model.id", "model");
  }

  private static DeadLetter letter(byte[] key, byte[] value, String message) {
    return Letters.letter(key, value, 0, died(message));
  }

  @Test
  void shouldPutOneLetterIntoOneLineThatCannotSteerTheTerminal() {
    String line =
        DeadLetterText.line(letter("k\u001b[2J".getBytes(UTF_8), null, "a\nb" + "c".repeat(200)));
    assertThat(line)
        .startsWith("0:17 ")
        .contains(
            "1970-01-01T00:00:00Z", "unreadable", "questions-3@42", "k\\u001b[2J", "a\\u000ab")
        .endsWith("c…")
        .doesNotContain("\n", "\u001b")
        .hasSizeLessThan(220);
  }

  @Test
  void shouldShowWhatHasNoHeadersAtAll() {
    DeadLetter strange = Letters.letter(null, NOT_UTF8, -1, headers());
    assertThat(DeadLetterText.line(strange).split(" +"))
        .containsExactly("0:17", "-", "-", "-", "-", "-");
    assertThat(DeadLetterText.describe(strange, false, "json", JSON_DECODER))
        .contains("key         none")
        .contains("c3 28 00");
  }

  @Test
  void shouldWriteJsonWithNullsForWhatIsNotKnown() throws Exception {
    JsonNode json =
        new ObjectMapper()
            .readTree(DeadLetterText.json(letter(NOT_UTF8, new byte[7], "say \"no\""), true));
    assertThat(json.path("partition").asInt()).isZero();
    assertThat(json.path("offset").asInt()).isEqualTo(17);
    assertThat(json.path("message").asText()).isEqualTo("say \"no\"");
    assertThat(json.path("source_partition").asInt()).isEqualTo(3);
    assertThat(json.path("key").isNull()).isTrue();
    assertThat(json.path("key_hex").asText()).isEqualTo("c32800");
    assertThat(json.path("value_bytes").asInt()).isEqualTo(7);
    assertThat(json.path("replayed").asBoolean()).isTrue();
    JsonNode strange =
        new ObjectMapper()
            .readTree(DeadLetterText.json(Letters.letter(null, null, -1, headers()), false));
    assertThat(strange.path("source_topic").isNull()).isTrue();
    assertThat(strange.path("value_bytes").isNull()).isTrue();
  }

  @Test
  void shouldShowAQuestionThatCanBeRead() {
    byte[] value =
        "{\"id\":\"7\",\"text\":\"Why?\",\"metadata\":{\"b\":\"2\",\"a\":\"1\"}}".getBytes(UTF_8);
    assertThat(DeadLetterText.describe(letter(null, value, "m"), true, "json", JSON_DECODER))
        .contains("as json     a question", "  id        7", "  text      Why?")
        .containsSubsequence("a = 1", "b = 2")
        .contains("replayed    yes")
        .contains("header      questream.error.exception = java.lang.Exception");
  }

  @Test
  void shouldShowAsTextWhatIsTextAndNoQuestion() {
    assertThat(
            DeadLetterText.describe(
                letter(null, "{\"text\":".getBytes(UTF_8), "m"), false, "json", JSON_DECODER))
        .contains("not readable: the value is no JSON")
        .contains("content     {\"text\":");
  }

  @Test
  void shouldShowADeletion() {
    assertThat(
            DeadLetterText.describe(
                letter("k".getBytes(UTF_8), null, "m"), false, "json", JSON_DECODER))
        .contains("value       none", "as json     a deletion", "  id        k");
  }

  @Test
  void shouldBoundWhatItShowsOfLongValues() {
    assertThat(Bytes.of("é".repeat(5000).getBytes(UTF_8)).block())
        .endsWith("… (5,000 characters in all)")
        .hasSize(4000 + "… (5,000 characters in all)".length());
    byte[] binary = new byte[2000];
    binary[0] = (byte) 0xff;
    assertThat(Bytes.of(binary).block())
        .contains("(2,000 bytes in all")
        .satisfies(block -> assertThat(block.lines()).hasSize(1 + 16 + 1));
    assertThat(Bytes.of(new byte[0]).line()).isEmpty();
  }

  @Test
  void shouldCountTheMostFrequentReasonFirst() {
    assertThat(DeadLetterText.counts(Map.of("a", 1L, "b", 1200L, "", 1L)))
        .isEqualTo("1,200 b, 1 without a reason, 1 a");
  }
}
