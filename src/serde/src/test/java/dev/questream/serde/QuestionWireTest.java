package dev.questream.serde;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.questream.avro.Question;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.serde.registry.SchemaRegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Questions from the serializer to the decoder, in every format, and what is refused. */
class QuestionWireTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final String TOPIC = "questions";
  private static final int SINGLE_OBJECT_HEADER = 10;
  private static final long MANY_BYTES = 16L << 20;

  private static final Question QUESTION =
      new Question(
          "q-1",
          "Wer schrieb „Faust“? 🤔 \"quoted\" \\ \n\t\u0000",
          Map.of("tenant", "ä", "", "empty key", "empty value", ""),
          1_700_000_000_123L);

  private final Random random = new Random(SEED);

  private static QuestionSerializer serializer(Map<String, ?> settings) {
    QuestionSerializer serializer = new QuestionSerializer();
    serializer.configure(settings, false);
    return serializer;
  }

  private static byte[] avro(Question question) {
    return serializer(Map.of()).serialize(TOPIC, question);
  }

  private static Question fromAvro(byte[] value) {
    return new QuestionDecoder(Map.of()).decode(null, value);
  }

  private static Question fromJson(String json) {
    return fromJson(json.getBytes(UTF_8));
  }

  private static Question fromJson(byte[] json) {
    return decoder("json").decode(null, json);
  }

  private static QuestionDecoder decoder(String format) {
    return new QuestionDecoder(Map.of(SerdeConfig.INPUT_FORMAT, format));
  }

  private static Map<String, String> registry(RegistryStandIn registry) {
    return Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url(), "max.retries", "0");
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static void assertRefused(QuestionDecoder decoder, byte[] key, byte[] value) {
    assertThatThrownBy(() -> decoder.decode(key, value))
        .as(Mutations.hex(value))
        .isInstanceOf(WireException.class);
  }

  // Round trips and framing

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldComeBackAsItWas(String format) {
    byte[] value = serializer(Map.of(SerdeConfig.INPUT_FORMAT, format)).serialize(TOPIC, QUESTION);
    assertThat(decoder(format).decode("other".getBytes(UTF_8), value)).isEqualTo(QUESTION);
  }

  @Test
  void shouldComeBackAsTextAndKey() {
    byte[] value = serializer(Map.of(SerdeConfig.INPUT_FORMAT, "TEXT")).serialize(TOPIC, QUESTION);
    assertThat(value).isEqualTo(QUESTION.getText().getBytes(UTF_8));
    assertThat(decoder("text").decode("q-1".getBytes(UTF_8), value))
        .isEqualTo(new Question("q-1", QUESTION.getText(), Map.of(), 0L));
  }

  @ParameterizedTest
  @EnumSource(SerdeConfig.InputFormat.class)
  void shouldPassATombstoneOn(SerdeConfig.InputFormat format) {
    assertThat(serializer(Map.of(SerdeConfig.INPUT_FORMAT, format.name())).serialize(TOPIC, null))
        .isNull();
  }

  @Test
  void shouldNameTheFormatsWhenOneIsUnknown() {
    assertThatThrownBy(() -> decoder("xml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("input.format")
        .hasMessageContaining("avro, json, text");
  }

  @Test
  void shouldFrameAsASingleObjectWithoutARegistry() {
    byte[] value = avro(QUESTION);
    assertThat(Arrays.copyOf(value, 2)).containsExactly(0xC3, 0x01);
    assertThat(ByteBuffer.wrap(value, 2, 8).order(ByteOrder.LITTLE_ENDIAN).getLong())
        .isEqualTo(SchemaNormalization.parsingFingerprint64(Question.getClassSchema()));
  }

  @Test
  void shouldFrameAsConfluentWithARegistry() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      byte[] value = serializer(registry(registry)).serialize(TOPIC, QUESTION);
      assertThat(Arrays.copyOf(value, 5)).containsExactly(0, 1, 2, 3, 4);
      assertThat(registry.requests()).containsExactly("POST /subjects/questions-value/versions");
      assertThat(new QuestionDecoder(registry(registry)).decode(null, value)).isEqualTo(QUESTION);
    }
  }

  @Test
  void shouldTakeEitherFramingWithARegistry() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      assertThat(new QuestionDecoder(registry(registry)).decode(null, avro(QUESTION)))
          .isEqualTo(QUESTION);
      assertThat(registry.requests()).isEmpty();
    }
  }

  @Test
  void shouldNameTheSettingWhenARegistryIsNeeded() {
    byte[] value = join(bytes(0, 0, 0, 0, 42), body(QUESTION));
    assertThatThrownBy(() -> fromAvro(value))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("schema.registry.url")
        .hasMessageContaining("42");
  }

  /** Without id, metadata and asked_at_ms, with a field that we do not know. */
  @Test
  void shouldReadWithTheWritersSchema() throws IOException {
    Schema writer =
        new Schema.Parser()
            .parse(
                """
                {"type":"record","name":"Question","namespace":"dev.questream.avro","fields":[
                  {"name":"channel","type":"string"},{"name":"text","type":"string"}]}
                """);
    GenericRecord record = new GenericData.Record(writer);
    record.put("channel", "phone");
    record.put("text", "Why?");
    try (RegistryStandIn registry = new RegistryStandIn()) {
      int id = registry.add(writer.toString());
      byte[] value =
          join(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array(), body(writer, record));
      assertThat(new QuestionDecoder(registry(registry)).decode("k".getBytes(UTF_8), value))
          .isEqualTo(new Question("k", "Why?", Map.of(), 0L));
    }
  }

  @Test
  void shouldRefuseAnIdThatTheRegistryDoesNotKnow() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      byte[] value = join(bytes(0, 0, 0, 0, 42), body(QUESTION));
      assertThatThrownBy(() -> new QuestionDecoder(registry(registry)).decode(null, value))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("42");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"string\"",
        "{\"type\":\"record\",\"name\":\"Question\",\"namespace\":\"dev.questream.avro\","
            + "\"fields\":[{\"name\":\"text\",\"type\":\"int\"}]}",
        "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"com.example\","
            + "\"fields\":[{\"name\":\"price\",\"type\":\"int\"}]}"
      })
  void shouldRefuseARecordOfAnotherKind(String schema) {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      int id = registry.add(schema);
      byte[] value =
          join(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array(), bytes(2, 'a', 0, 0));
      assertRefused(new QuestionDecoder(registry(registry)), null, value);
    }
  }

  /** A registry that is down says nothing about the record: it must not become a dead letter. */
  @Test
  void shouldNotBlameTheRecordWhenTheRegistryFails() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      registry.answerAlways(500, "on fire");
      byte[] value = join(bytes(0, 0, 0, 0, 42), body(QUESTION));
      assertThatThrownBy(() -> new QuestionDecoder(registry(registry)).decode(null, value))
          .isInstanceOf(SchemaRegistryException.class)
          .hasMessageContaining("on fire");
    }
  }

  // Ids

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldTakeTheIdFromTheValueElseTheKeyElseNone(String format) {
    QuestionSerializer serializer = serializer(Map.of(SerdeConfig.INPUT_FORMAT, format));
    byte[] with = serializer.serialize(TOPIC, new Question("own", "Why?", Map.of(), 0L));
    byte[] without = serializer.serialize(TOPIC, new Question("", "Why?", Map.of("a", "b"), 7L));
    byte[] key = "clé".getBytes(UTF_8);
    assertThat(decoder(format).decode(key, with).getId()).isEqualTo("own");
    assertThat(decoder(format).decode(key, without))
        .isEqualTo(new Question("clé", "Why?", Map.of("a", "b"), 7L));
    assertThat(decoder(format).decode(null, without).getId()).isEmpty();
    assertThat(decoder(format).decode(new byte[0], without).getId()).isEmpty();
  }

  @Test
  void shouldTakeTheKeyAsTheIdOfText() {
    byte[] value = "Why?".getBytes(UTF_8);
    assertThat(decoder("text").decode(null, value).getId()).isEmpty();
    assertThat(decoder("text").decode("k".getBytes(UTF_8), value).getId()).isEqualTo("k");
    assertThat(deleted(null)).isEmpty();
    assertThat(deleted("k".getBytes(UTF_8))).isEqualTo("k");
  }

  /** The id that a null value deletes. */
  private static String deleted(byte[] key) {
    return decoder("text").read(key, null, new RecordHeaders(), 0).id();
  }

  // JSON

  @Test
  void shouldFillInWhatAJsonObjectLeavesOut() {
    Question bare = new Question("", "Why?", Map.of(), 0L);
    assertThat(fromJson("{\"text\":\"Why?\"}")).isEqualTo(bare);
    assertThat(
            fromJson(
                "{\"id\":null,\"text\":\"Why?\",\"metadata\":null,\"asked_at_ms\":null,\"x\":[1]}"))
        .isEqualTo(bare);
    assertThat(fromJson(" \n{\"text\":\"\"}\r\n").getText()).isEmpty();
  }

  @Test
  void shouldTakeAWholeNumberAsId() {
    assertThat(fromJson("{\"id\":7,\"text\":\"a\"}").getId()).isEqualTo("7");
    assertThat(fromJson("{\"id\":-12345678901234567890123,\"text\":\"a\"}").getId())
        .isEqualTo("-12345678901234567890123");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "1e3", "true", "[]", "{}"})
  void shouldRefuseAnotherId(String id) {
    assertThatThrownBy(() -> fromJson("{\"text\":\"a\",\"id\":" + id + "}"))
        .isInstanceOf(WireException.class)
        .hasMessageContaining("\"id\"");
  }

  @Test
  void shouldCarryMetadataThatIsNoStringAsItsJson() {
    assertThat(
            fromJson(
                    "{\"text\":\"a\",\"metadata\":{\"s\":\"\\\"\",\"n\":1.50,\"b\":true,\"z\":null,"
                        + "\"l\":[1, \"é\"],\"o\":{\"k\": {}}}}")
                .getMetadata())
        .isEqualTo(
            Map.of(
                "s",
                "\"",
                "n",
                "1.50",
                "b",
                "true",
                "z",
                "null",
                "l",
                "[1,\"é\"]",
                "o",
                "{\"k\":{}}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json", "text", "auto"})
  void shouldRefuseToWriteHalfOfASurrogatePair(String format) {
    try (QuestionSerializer strict = new QuestionSerializer()) {
      strict.configure(Map.of("input.format", format), false);
      for (Question question :
          List.of(
              new Question("1", "\ud800 lone", Map.of(), 0L),
              new Question("\udc00", "Why?", Map.of(), 0L),
              new Question("1", "Why?", Map.of("a", "\ud83d"), 0L))) {
        assertThatThrownBy(() -> strict.serialize(TOPIC, question))
            .isInstanceOf(WireException.class)
            .hasMessageContaining("half of a surrogate pair");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "text",
        "null",
        "7",
        "\"text\"",
        "[]",
        "[{\"text\":\"a\"}]",
        "{}",
        "{\"id\":\"1\"}",
        "{\"text\":null}",
        "{\"text\":7}",
        "{\"text\":[\"a\"]}",
        "{\"text\":{\"text\":\"a\"}}",
        "{\"Text\":\"a\"}",
        "{\"text\":\"a\",\"text\":\"b\"}",
        "{\"text\":\"a\",\"metadata\":{\"k\":1,\"k\":2}}",
        "{\"text\":\"a\",\"metadata\":[]}",
        "{\"text\":\"a\",\"metadata\":\"k\"}",
        "{\"text\":\"a\",\"asked_at_ms\":\"1\"}",
        "{\"text\":\"a\",\"asked_at_ms\":1.5}",
        "{\"text\":\"a\",\"asked_at_ms\":9223372036854775808}",
        "{\"text\":\"a\"} {\"text\":\"b\"}",
        "{\"text\":\"a\"}x",
        "{\"text\":\"a\"",
        "{\"text\":\"a",
        "{\"text\":\"\\u12\"}",
        "{\"text\":\"a\n\"}",
        "{'text':'a'}",
        "{\"text\":NaN}",
        "{\"text\":\"a\",}",
        "{\"text\":\"a\"/**/}",
        "\uFEFF"
      })
  void shouldRefuseWhatIsNoQuestionInJson(String json) {
    assertRefused(decoder("json"), null, json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "{\"text\":\"a\",\"metadata\":{\"k\":", "{\"text\":[["})
  void shouldRefuseJsonThatIsNestedWithoutEnd(String opening) {
    byte[] value = opening.repeat(100_000).getBytes(UTF_8);
    assertThatThrownBy(() -> fromJson(value)).isInstanceOf(WireException.class);
  }

  @Test
  void shouldRefuseNumbersOfAbsurdLength() {
    String digits = "9".repeat(2_000_000);
    assertRefusedQuickly("{\"text\":\"a\",\"id\":" + digits + "}");
    assertRefusedQuickly("{\"text\":\"a\",\"asked_at_ms\":1e" + digits + "}");
  }

  private static void assertRefusedQuickly(String json) {
    assertThatThrownBy(() -> fromJson(json)).isInstanceOf(WireException.class);
  }

  @Test
  void shouldTakeALongText() {
    String text = "why ".repeat(8 << 20);
    assertThat(fromJson("{\"text\":\"" + text + "\"}").getText()).hasSize(text.length());
  }

  /**
   * JSON can spell half a character, which no other format can write. Whatever is let through must
   * be written with the embedding, in either format, and come back as it was.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"\\ud83d\",\"text\":\"a\"}",
        "{\"id\":\"a\\udc00b\",\"text\":\"a\"}",
        "{\"text\":\"a\",\"metadata\":{\"k\":\"\\ud83d\"}}",
        "{\"text\":\"a\",\"metadata\":{\"\\udc00\":\"v\"}}",
        "{\"text\":\"a\",\"metadata\":{\"k\":[\"\\ud83d\"]}}"
      })
  void shouldNotLetHalfACharacterThroughOutsideTheText(String json) {
    Question question;
    try {
      question = fromJson(json);
    } catch (WireException e) {
      return; // refusing is right
    }
    assertThat(fromAvro(avro(question))).as("through Avro").isEqualTo(question);
    assertThat(
            fromJson(
                serializer(Map.of(SerdeConfig.INPUT_FORMAT, "json")).serialize(TOPIC, question)))
        .as("through JSON")
        .isEqualTo(question);
  }

  // UTF-8

  private static final List<byte[]> MALFORMED =
      List.of(
          bytes(0x80),
          bytes(0xFF),
          bytes(0xC3),
          bytes(0xE2, 0x82),
          bytes(0xC0, 0x80),
          bytes(0xE0, 0x80, 0xAF),
          bytes(0xED, 0xA0, 0x80),
          bytes(0xF4, 0x90, 0x80, 0x80),
          bytes(0xF8, 0x88, 0x80, 0x80, 0x80));

  @Test
  void shouldRefuseMalformedText() {
    for (byte[] bad : MALFORMED) {
      byte[] value = join("a".getBytes(UTF_8), bad, "b".getBytes(UTF_8));
      assertThatThrownBy(() -> decoder("text").decode(null, value))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("value")
          .hasMessageContaining("UTF-8");
    }
  }

  @Test
  void shouldRefuseMalformedJson() {
    for (byte[] bad : MALFORMED) {
      assertRefused(
          decoder("json"), null, join("{\"text\":\"".getBytes(UTF_8), bad, "\"}".getBytes(UTF_8)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json", "text"})
  void shouldRefuseAMalformedKeyWhereItIsTheId(String format) {
    Question nameless = new Question("", "Why?", Map.of(), 0L);
    byte[] value = serializer(Map.of(SerdeConfig.INPUT_FORMAT, format)).serialize(TOPIC, nameless);
    for (byte[] bad : MALFORMED) {
      assertThatThrownBy(() -> decoder(format).decode(bad, value))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("key");
      assertThatThrownBy(() -> deleted(bad)).isInstanceOf(WireException.class);
    }
  }

  /** A number, a hash, an Avro record: whatever the producer makes partitions by. */
  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldNotLookAtTheKeyOfAQuestionWithAnId(String format) {
    byte[] value = serializer(Map.of(SerdeConfig.INPUT_FORMAT, format)).serialize(TOPIC, QUESTION);
    for (byte[] key : MALFORMED) {
      assertThat(decoder(format).decode(key, value)).isEqualTo(QUESTION);
    }
  }

  /** Puts bytes where a string of {@code @}s of the same length was. */
  private static byte[] withBytes(Question question, byte[] bad) {
    byte[] value = avro(question);
    byte[] placeholder = "@".repeat(bad.length).getBytes(UTF_8);
    int at = new String(value, ISO_8859_1).indexOf("@");
    assertThat(Arrays.copyOfRange(value, at, at + bad.length)).isEqualTo(placeholder);
    System.arraycopy(bad, 0, value, at, bad.length);
    return value;
  }

  @Test
  void shouldRefuseAMalformedStringInAvro() {
    for (byte[] bad : MALFORMED) {
      String hole = "@".repeat(bad.length);
      QuestionDecoder decoder = new QuestionDecoder(Map.of());
      assertRefused(decoder, null, withBytes(new Question("1", hole, Map.of(), 0L), bad));
      assertRefused(decoder, null, withBytes(new Question(hole, "a", Map.of(), 0L), bad));
    }
  }

  @Test
  void shouldRefuseMalformedMetadataInAvro() {
    for (byte[] bad : MALFORMED) {
      String hole = "@".repeat(bad.length);
      QuestionDecoder decoder = new QuestionDecoder(Map.of());
      assertRefused(decoder, null, withBytes(new Question("1", "a", Map.of("k", hole), 0L), bad));
      assertRefused(decoder, null, withBytes(new Question("1", "a", Map.of(hole, "v"), 0L), bad));
    }
  }

  /** A genuine replacement character elsewhere must not hide the damage. */
  @Test
  void shouldRefuseAMalformedStringBesideAGenuineReplacementCharacter() {
    byte[] bad = bytes(0xFF);
    QuestionDecoder decoder = new QuestionDecoder(Map.of());
    assertRefused(decoder, null, withBytes(new Question("1", "@", Map.of("k", "\uFFFD"), 0L), bad));
    assertRefused(decoder, null, withBytes(new Question("\uFFFD", "@", Map.of(), 0L), bad));
    assertRefused(decoder, null, withBytes(new Question("1", "\uFFFD@\uFFFD", Map.of(), 0L), bad));
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldTakeGenuineReplacementCharacters(String format) {
    Question question =
        new Question("\uFFFD", "a\uFFFD\uFFFDb", Map.of("\uFFFD", "\uFFFD\uFFFD"), 0L);
    byte[] value = serializer(Map.of(SerdeConfig.INPUT_FORMAT, format)).serialize(TOPIC, question);
    assertThat(decoder(format).decode(null, value)).isEqualTo(question);
    assertThat(decoder("text").decode("\uFFFD".getBytes(UTF_8), "\uFFFD".getBytes(UTF_8)))
        .isEqualTo(new Question("\uFFFD", "\uFFFD", Map.of(), 0L));
  }

  // Damage

  @Test
  void shouldRefuseAvroThatIsCutOffAnywhere() {
    byte[] value = avro(QUESTION);
    for (int length = 0; length < value.length; length++) {
      assertRefused(new QuestionDecoder(Map.of()), null, Arrays.copyOf(value, length));
    }
    assertThat(fromAvro(value)).isEqualTo(QUESTION);
  }

  @Test
  void shouldRefuseConfluentFramingThatIsCutOffAnywhere() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      byte[] value = serializer(registry(registry)).serialize(TOPIC, QUESTION);
      QuestionDecoder decoder = new QuestionDecoder(registry(registry));
      for (int length = 0; length < value.length; length++) {
        assertRefused(decoder, null, Arrays.copyOf(value, length));
      }
    }
  }

  @Test
  void shouldOnlyThrowWireExceptionsForDamagedBytes() {
    QuestionSerializer json = serializer(Map.of(SerdeConfig.INPUT_FORMAT, "json"));
    try (RegistryStandIn registry = new RegistryStandIn()) {
      byte[] confluent = serializer(registry(registry)).serialize(TOPIC, QUESTION);
      QuestionDecoder withRegistry = new QuestionDecoder(registry(registry));
      withRegistry.decode(null, confluent);
      for (int i = 0; i < 20_000; i++) {
        switch (i % 4) {
          case 0, 1 -> decodeDamaged(decoder("avro"), Mutations.of(avro(QUESTION), random));
          case 2 ->
              decodeDamaged(decoder("json"), Mutations.of(json.serialize(TOPIC, QUESTION), random));
          default -> {
            byte[] damaged = confluent.clone();
            byte[] body = Mutations.of(Arrays.copyOfRange(confluent, 5, confluent.length), random);
            decodeDamaged(withRegistry, join(Arrays.copyOf(damaged, 5), body));
          }
        }
      }
    }
  }

  private static void decodeDamaged(QuestionDecoder decoder, byte[] damaged) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try {
      decoder.decode(null, damaged);
    } catch (WireException expected) {
      assertThat(expected.getMessage()).isNotBlank();
      assertThat(expected.getCause() instanceof OutOfMemoryError)
          .as("out of memory, seed %d: %s", SEED, Mutations.hex(damaged))
          .isFalse();
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed %d: %s gave %s".formatted(SEED, Mutations.hex(damaged), e), e);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated, seed %d: %s", SEED, Mutations.hex(damaged))
        .isLessThan(MANY_BYTES);
  }

  /** Lengths and counts that a few bytes claim, for the first string and for the map. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        -1,
        1000,
        1 << 20,
        64 << 20,
        Integer.MAX_VALUE - 8,
        Integer.MAX_VALUE,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      })
  void shouldRefuseALengthThatIsNotThere(long length) throws IOException {
    byte[] header = Arrays.copyOf(avro(QUESTION), SINGLE_OBJECT_HEADER);
    byte[] claim = encodedLong(length);
    byte[] shortRecord = bytes(2, 'i', 2, 't');
    for (byte[] value :
        List.of(
            join(header, claim, bytes(1, 2, 3)),
            join(header, bytes(2, 'i'), claim, bytes(1, 2, 3)),
            join(header, shortRecord, claim, bytes(2, 'k', 2, 'v')),
            join(header, shortRecord, claim, bytes(2, 'k', 2, 'v', 0, 0)),
            join(header, shortRecord, bytes(2, 2, 'k'), claim, bytes(1)))) {
      // Avro keeps buffers per thread, which would hide what a first record allocates.
      CompletableFuture.runAsync(
              () -> decodeDamaged(new QuestionDecoder(Map.of()), value),
              task -> new Thread(task, "fresh").start())
          .join();
      assertRefused(new QuestionDecoder(Map.of()), null, value);
    }
  }

  private static byte[] encodedLong(long value) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    encoder.writeLong(value);
    return out.toByteArray();
  }

  private static byte[] body(Question question) {
    byte[] value = avro(question);
    return Arrays.copyOfRange(value, SINGLE_OBJECT_HEADER, value.length);
  }

  private static byte[] body(Schema schema, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    return out.toByteArray();
  }
}
