package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code input.format=auto}: each record is what its bytes say, or a dead letter that says why. */
class QuestionRecognitionTest {
  private static final String HEADER = "__value_schema_id";

  private final RegistryStandIn registry = new RegistryStandIn();
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @AfterEach
  void close() {
    registry.close();
  }

  private Map<String, Object> settings(String format) {
    return Map.of(
        SerdeConfig.INPUT_FORMAT,
        format,
        SerdeConfig.SCHEMA_REGISTRY_URL,
        registry.url(),
        "max.retries",
        "0");
  }

  private QuestionDecoder decoder(String format) {
    return new QuestionDecoder(settings(format));
  }

  private static byte[] written(Map<String, Object> settings, Question question) {
    QuestionSerializer serializer = new QuestionSerializer();
    serializer.configure(settings, false);
    return serializer.serialize("questions", question);
  }

  private Question question() {
    Map<String, String> metadata = new HashMap<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      metadata.put(word(), word());
    }
    return new Question(word() + "i", word() + "?", metadata, random.nextLong());
  }

  private String word() {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int c = random.nextInt(random.nextBoolean() ? 0x7F : 0xD7FF);
      word.appendCodePoint(c);
    }
    return word.toString();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  @Test
  void shouldReadWhatEachFormatWrites() {
    QuestionDecoder auto = decoder("auto");
    Map<String, Object> single = Map.of(SerdeConfig.INPUT_FORMAT, "avro");
    for (int i = 0; i < 300; i++) {
      Question question = question();
      byte[] json = written(settings("json"), question);
      byte[] id = {0, 0, 0, 0, (byte) (1 + random.nextInt(100))};
      Headers header = new RecordHeaders().add(HEADER, id);
      for (byte[] value :
          List.of(
              written(single, question),
              written(settings("avro"), question),
              written(settings("auto"), question),
              json,
              concat(" \r\n\t".getBytes(UTF_8), json),
              concat("\uFEFF ".getBytes(UTF_8), json),
              concat(id, json),
              concat(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 7}, json))) {
        assertThat(auto.decode(null, value)).as("seed %d", seed).isEqualTo(question);
      }
      assertThat(auto.decode(null, json, header)).as("seed %d", seed).isEqualTo(question);
    }
  }

  @Test
  void shouldReadTextThatIsNothingElse() {
    QuestionDecoder auto = decoder("auto");
    QuestionDecoder text = decoder("text");
    for (int i = 0; i < 2_000; i++) {
      String asked = word();
      byte[] value = asked.getBytes(UTF_8);
      if (!asked.strip().startsWith("{") && !asked.startsWith("\0")) {
        assertThat(auto.decode(null, value))
            .as("seed %d, %s", seed, Mutations.hex(value))
            .isEqualTo(text.decode(null, value));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[1] Why?",
        "\"To be\" is from?",
        "7",
        "null",
        "Why {x}?",
        "\uFEFFWhy?",
        "Ã\u0002"
      })
  void shouldTakeForText(String text) {
    assertThat(decoder("auto").decode(null, text.getBytes(UTF_8)).getText())
        .isEqualTo(text.replace("\uFEFF", ""));
  }

  /** Whatever comes, it is read as exactly one of the formats reads it, or refused in its words. */
  @Test
  void shouldGiveForAnyBytesWhatOneOfTheFormatsGives() {
    List<QuestionDecoder> formats = List.of(decoder("avro"), decoder("json"), decoder("text"));
    QuestionDecoder auto = decoder("auto");
    registry.answerAlways(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    Map<String, Object> single = Map.of(SerdeConfig.INPUT_FORMAT, "avro");
    for (int i = 0; i < 500; i++) {
      byte[] valid = written(random.nextBoolean() ? single : settings("json"), question());
      byte[] bytes = Mutations.of(valid, random);
      String found = outcome(auto, bytes);
      assertThat(formats.stream().map(format -> outcome(format, bytes)))
          .as("seed %d, %s", seed, Mutations.hex(bytes))
          .contains(found);
    }
  }

  private static String outcome(QuestionDecoder decoder, byte[] value) {
    try {
      return decoder.decode(null, value).toString();
    } catch (WireException e) {
      return e.getMessage();
    }
  }

  // Ambiguous

  private void assertRefused(byte[] value, Headers headers, String fault) {
    assertThatThrownBy(() -> decoder("auto").decode(null, value, headers))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(fault);
  }

  private void assertRefused(String value, String fault) {
    assertRefused(value.getBytes(UTF_8), new RecordHeaders(), fault);
  }

  @Test
  void shouldNameTheFaultOfWhatIsClearlyJson() {
    assertRefused("{}", "no JSON object with a string \"text\"");
    assertRefused("{\"id\":\"1\",\"question\":\"Why?\"}", "no JSON object with a string \"text\"");
    assertRefused("{\"text\":7}", "it is the number 7");
    assertRefused("{\"text\":\"Why?\"", "the value is no JSON");
    assertRefused("{x} what is that?", "the value is no JSON");
  }

  @Test
  void shouldNameTheFaultOfWhatIsClearlyAvro() {
    registry.answerAlways(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    assertRefused(new byte[] {(byte) 0xC3, 1, 2}, new RecordHeaders(), "no Question in Avro");
    assertRefused("\0Why?", "the value names schema");
    Headers header = new RecordHeaders().add(HEADER, new byte[] {0, 0, 0, 0, 9});
    assertRefused("Why?".getBytes(UTF_8), header, "the header __value_schema_id names a schema");
    byte[] cut = concat(new byte[] {0, 0, 0, 0, 9}, "{\"text\":".getBytes(UTF_8));
    assertRefused(cut, new RecordHeaders(), "the value names schema 9");
    byte[] glue = concat(new byte[] {3, 0}, new byte[20]);
    assertRefused(glue, new RecordHeaders(), "AWS Glue");
    assertRefused(new byte[] {(byte) 0xFF, 'a'}, new RecordHeaders(), "not valid UTF-8");
  }
}
