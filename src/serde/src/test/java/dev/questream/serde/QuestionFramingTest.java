package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.serde.registry.SchemaRegistryException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands before a question, or in the record's headers, to say how it is to be read. */
class QuestionFramingTest {
  private static final Question QUESTION = new Question("1", "Why?", Map.of("a", "b"), 7L);
  private static final byte[] GUID = HexFormat.of().parseHex("01d7a8fbb307d78094a1b2c3d4e5f60718");
  private static final String CONFLUENT = "__value_schema_id";
  private static final String CONTENT = "apicurio.value.contentId";
  private static final String GLOBAL = "apicurio.value.globalId";

  private final RegistryStandIn registry = new RegistryStandIn();
  private final Map<String, String> settings =
      Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url(), "max.retries", "0");
  private final QuestionDecoder decoder = new QuestionDecoder(settings);

  @AfterEach
  void close() {
    registry.close();
  }

  private static QuestionDecoder decoder(String format) {
    return new QuestionDecoder(Map.of(SerdeConfig.INPUT_FORMAT, format));
  }

  private static byte[] single() {
    return new QuestionSerializer().serialize("questions", QUESTION);
  }

  private static byte[] body() {
    byte[] single = single();
    return Arrays.copyOfRange(single, 10, single.length);
  }

  private static Headers header(String name, byte[] value) {
    return new RecordHeaders().add(name, value);
  }

  private static byte[] bytes(long id) {
    return ByteBuffer.allocate(8).putLong(id).array();
  }

  private int registered() {
    return registry.add(Question.getClassSchema().toString());
  }

  private void assertRefused(byte[] value, Headers headers, String message) {
    assertThatThrownBy(() -> decoder.decode(null, value, headers))
        .isInstanceOf(WireException.class)
        .hasMessageContaining(message);
  }

  // A schema in a header

  @Test
  void shouldReadWithTheSchemaThatAHeaderNames() {
    int id = registered();
    Headers prefixed = header(CONFLUENT, ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    assertThat(decoder.decode(null, body(), header(CONTENT, bytes(id)))).isEqualTo(QUESTION);
    assertThat(decoder.decode(null, body(), prefixed)).isEqualTo(QUESTION);
    registry.answerNext(200, "{\"schema\":%s}".formatted(quoted(Question.getClassSchema())));
    assertThat(decoder.decode(null, body(), header(CONFLUENT, GUID))).isEqualTo(QUESTION);
    assertThat(registry.requests())
        .contains("GET /schemas/guids/d7a8fbb3-07d7-8094-a1b2-c3d4e5f60718");
  }

  private static String quoted(Object schema) {
    return '"' + schema.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** What forwards a record's headers with a value of its own leaves headers that are not true. */
  @Test
  void shouldBelieveOurFramingBeforeAHeader() {
    assertThat(decoder.decode(null, single(), header(CONFLUENT, GUID))).isEqualTo(QUESTION);
    assertThat(registry.requests()).isEmpty();
  }

  @Test
  void shouldSayWhichHeaderItCannotReadAndWhatToSet() {
    registry.answerAlways(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
    assertRefused(body(), header(CONFLUENT, GUID), "the header __value_schema_id names a schema");
    assertRefused(body(), header(CONTENT, bytes(9)), "the header apicurio.value.contentId");
    assertRefused(body(), header(CONTENT, bytes(1L << 40)), "names no schema");
    assertRefused(body(), header(CONFLUENT, new byte[0]), "names no schema");
    assertRefused(body(), header(CONFLUENT, new byte[] {2, 0}), "names no schema");
    assertRefused(body(), header(GLOBAL, bytes(9)), "apicurio.registry.use-id=contentId");
    Headers json = header(CONTENT, bytes(9)).add("apicurio.value.encoding", "JSON".getBytes(UTF_8));
    assertRefused(body(), json, "apicurio.value.encoding");
    assertThatThrownBy(() -> decoder("avro").decode(null, body(), header(CONFLUENT, GUID)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("the header __value_schema_id")
        .hasMessageContaining("schema.registry.url");
  }

  // Apicurio's global ids

  private QuestionDecoder apicurio() {
    Map<String, String> settings = new HashMap<>(this.settings);
    settings.put(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url() + "/apis/ccompat/v7");
    return new QuestionDecoder(settings);
  }

  private static byte[] global(long id) {
    return ByteBuffer.allocate(9 + body().length).put((byte) 0).putLong(id).put(body()).array();
  }

  @Test
  void shouldAskApicurioForGlobalIds() {
    QuestionDecoder decoder = apicurio();
    registry.answerNext(200, Question.getClassSchema().toString());
    for (int i = 0; i < 2; i++) {
      assertThat(decoder.decode(null, global(9))).isEqualTo(QUESTION);
      assertThat(decoder.decode(null, body(), header(GLOBAL, bytes(9)))).isEqualTo(QUESTION);
    }
    assertThat(registry.requests()).containsExactly("GET /apis/registry/v2/ids/globalIds/9");
  }

  @Test
  void shouldBlameTheRecordForAGlobalIdThatIsNotThere() {
    for (String answer : List.of("{}", "syntax = \"proto3\";", "{\"type\":\"object\"}")) {
      registry.answerNext(200, answer);
      assertThatThrownBy(() -> apicurio().decode(null, global(9)))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("the global id 9");
    }
    registry.answerNext(404, "{}");
    assertThatThrownBy(() -> apicurio().decode(null, global(9))).isInstanceOf(WireException.class);
    registry.answerNext(500, "{}");
    assertThatThrownBy(() -> apicurio().decode(null, global(9)))
        .isInstanceOf(SchemaRegistryException.class);
    assertRefused(global(9), new RecordHeaders(), "apicurio.registry.use-id=contentId");
    assertRefused(new byte[8], new RecordHeaders(), "8 bytes");
  }

  // Other things before the value

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"text\":\"Why?\"}|it looks like JSON: set input.format=json",
        "Who painted it?|it looks like text: set input.format=text"
      })
  void shouldNameTheFormatThatAValueLooksLike(String value, String message) {
    assertRefused(value.getBytes(UTF_8), new RecordHeaders(), message);
    assertThatThrownBy(() -> decoder("avro").decode(null, value.getBytes(UTF_8)))
        .hasMessageNotContaining("framings");
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "text"})
  void shouldNameAvroWhereTextIsExpected(String format) {
    byte[] confluent = ByteBuffer.allocate(5 + body().length).putInt(1, 4).put(5, body()).array();
    for (byte[] avro : List.of(single(), confluent)) {
      assertThatThrownBy(() -> decoder(format).decode(null, avro))
          .isInstanceOf(WireException.class)
          .hasMessageEndingWith("it looks like Avro: set input.format=avro");
    }
  }

  @Test
  void shouldNameJsonBehindTheIdOfASchemaWithoutARegistry() {
    byte[] json = ByteBuffer.allocate(7).putInt(1, 4).put(5, "{}".getBytes(UTF_8)).array();
    assertThatThrownBy(() -> new QuestionDecoder(Map.of("input.format", "avro")).decode(null, json))
        .isInstanceOf(WireException.class)
        .hasMessageEndingWith("it looks like JSON: set input.format=json");
  }

  @Test
  void shouldNameOtherFramings() {
    byte[] glue = ByteBuffer.allocate(18 + body().length).put((byte) 3).put(18, body()).array();
    assertRefused(glue, new RecordHeaders(), "AWS Glue");
    byte[] eight = ByteBuffer.allocate(9 + body().length).put(9, body()).array();
    assertRefused(eight, new RecordHeaders(), "8 bytes");
    byte[] other = single();
    other[5] ^= 1;
    assertRefused(other, new RecordHeaders(), "schemas/Question.avsc");
    registry.answerAlways(200, "{\"schema\":\"{}\",\"schemaType\":\"JSON\"}");
    assertRefused(
        ByteBuffer.allocate(7).putInt(1, 4).put(5, "{}".getBytes(UTF_8)).array(),
        new RecordHeaders(),
        "input.format=json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0000000004", "000000000000000004", "EFBBBF"})
  void shouldReadJsonBehindWhatSerializersPutBeforeIt(String hex) {
    byte[] before = HexFormat.of().parseHex(hex);
    byte[] json = "{\"id\":\"1\",\"text\":\"Why?\"}".getBytes(UTF_8);
    byte[] value = ByteBuffer.allocate(before.length + json.length).put(before).put(json).array();
    assertThat(decoder("json").decode(null, value))
        .isEqualTo(new Question("1", "Why?", Map.of(), 0L));
  }

  @Test
  void shouldRefuseJsonThatIsNotUtf8() {
    assertThatThrownBy(() -> decoder("json").decode(null, "{\"text\":\"a\"}".getBytes(UTF_16)))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void shouldReadTextWithoutItsByteOrderMark() {
    assertThat(decoder("text").decode(null, "\uFEFFWhy?".getBytes(UTF_8)).getText())
        .isEqualTo("Why?");
    assertThat(decoder("text").decode(null, "a\uFEFF".getBytes(UTF_8)).getText())
        .isEqualTo("a\uFEFF");
  }
}
