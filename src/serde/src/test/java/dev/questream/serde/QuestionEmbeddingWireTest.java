package dev.questream.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.registry.RegistryStandIn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Embeddings from the serializer to the deserializer, in every format. */
class QuestionEmbeddingWireTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final String TOPIC = "embeddings";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Random random = new Random(SEED);

  private static QuestionEmbedding embedding(float... vector) {
    return QuestionEmbedding.newBuilder()
        .setId("q-1")
        .setText("Wer schrieb „Faust“? 🤔 \"quoted\" \\ \n\t")
        .setEmbedding(new FloatVector(vector))
        .setDimensions(vector.length)
        .setModelId("bge-small-en-v1.5")
        .setModelRevision("")
        .setWeightsSha256("0".repeat(64))
        .setTokenizerSha256("f".repeat(64))
        .setPooling("cls")
        .setNormalized(true)
        .setPrecision("fp32")
        .setPrefix("query: ")
        .setTokenCount(12)
        .setOriginalTokenCount(700)
        .setTruncated(true)
        .setMetadata(Map.of("tenant", "ä", "", "empty key"))
        .setAskedAtMs(1_700_000_000_123L)
        .setSourceTopic("questions")
        .setSourcePartition(5)
        .setSourceOffset(Long.MAX_VALUE)
        .setEmbeddedAtMs(Long.MIN_VALUE)
        .build();
  }

  /** The fields that a record of float32 is written with. */
  private static List<Schema.Field> writtenFields() {
    return QuestionEmbedding.getClassSchema().getFields().stream()
        .filter(field -> !field.hasDefaultValue())
        .toList();
  }

  private float[] anyFiniteFloats(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      do {
        values[i] = Float.intBitsToFloat(random.nextInt());
      } while (!Float.isFinite(values[i]));
    }
    values[0] = -0.0f;
    values[1] = Float.MIN_VALUE;
    values[2] = Float.MAX_VALUE;
    values[3] = Math.nextDown(Float.MIN_NORMAL);
    return values;
  }

  private static QuestionEmbeddingSerializer serializer(Map<String, ?> settings) {
    QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer();
    serializer.configure(settings, false);
    return serializer;
  }

  private static QuestionEmbeddingDeserializer deserializer(Map<String, ?> settings) {
    QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();
    deserializer.configure(settings, false);
    return deserializer;
  }

  private static void assertSame(QuestionEmbedding actual, QuestionEmbedding expected) {
    assertThat(bits(actual)).as("vector, seed %d", SEED).containsExactly(bits(expected));
    for (Schema.Field field : expected.getSchema().getFields()) {
      assertThat(actual.get(field.pos()))
          .as("%s, seed %d", field.name(), SEED)
          .isEqualTo(expected.get(field.pos()));
    }
  }

  private static int[] bits(QuestionEmbedding embedding) {
    return embedding.getEmbedding().stream().mapToInt(Float::floatToRawIntBits).toArray();
  }

  /** One of float32 is written in an older version, which the generated class does not write. */
  private static QuestionEmbedding ofNewestVersion(float... vector) {
    return QuestionEmbedding.newBuilder(embedding(vector)).setVectorType("int8").build();
  }

  /** Vectors are written by a writer of their own, in buffers that are used again. */
  @Test
  void shouldWriteTheBytesThatAvroWrites() throws IOException {
    QuestionEmbeddingSerializer serializer = serializer(Map.of());
    for (int count : new int[] {768, 0, 1, 5_000, 384}) {
      float[] vector = count < 4 ? new float[count] : anyFiniteFloats(count);
      QuestionEmbedding own = ofNewestVersion(vector);
      QuestionEmbedding boxed = ofNewestVersion(vector);
      boxed.put("embedding", List.copyOf(own.getEmbedding()));
      byte[] written = serializer.serialize(TOPIC, own);
      assertThat(ByteBuffer.wrap(written))
          .as("%d floats, seed %d", count, SEED)
          .isEqualTo(boxed.toByteBuffer());
    }
  }

  @Test
  void shouldWriteWholeRecordsAfterOneThatFailed() {
    QuestionEmbeddingSerializer serializer = serializer(Map.of());
    byte[] expected = serializer.serialize(TOPIC, embedding(1, 2, 3));
    Map<String, String> metadata = new HashMap<>();
    metadata.put("none", null);
    QuestionEmbedding broken =
        QuestionEmbedding.newBuilder(embedding(4, 5, 6)).setMetadata(metadata).build();
    assertThatThrownBy(() -> serializer.serialize(TOPIC, broken)).hasMessageContaining("metadata");
    assertThat(serializer.serialize(TOPIC, embedding(1, 2, 3))).isEqualTo(expected);
  }

  @Test
  void shouldComeBackExactlyFromAvro() {
    QuestionEmbedding embedding = embedding(anyFiniteFloats(768));
    byte[] bytes = serializer(Map.of()).serialize(TOPIC, embedding);
    assertThat(bytes).startsWith(0xC3, 0x01);
    assertSame(deserializer(Map.of()).deserialize(TOPIC, bytes), embedding);
  }

  @Test
  void shouldWriteAvroUnlessToldOtherwise() {
    QuestionEmbedding embedding = embedding(1, 2);
    byte[] bytes = new QuestionEmbeddingSerializer().serialize(TOPIC, embedding);
    assertThat(bytes).startsWith(0xC3, 0x01);
    assertSame(new QuestionEmbeddingDeserializer().deserialize(TOPIC, bytes), embedding);
  }

  @Test
  void shouldKeepNotANumberAndInfinityInAvro() {
    QuestionEmbedding embedding =
        embedding(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
    byte[] bytes = serializer(Map.of()).serialize(TOPIC, embedding);
    assertSame(deserializer(Map.of()).deserialize(TOPIC, bytes), embedding);
  }

  @Test
  void shouldComeBackExactlyFromJson() {
    Map<String, String> json = Map.of(SerdeConfig.OUTPUT_FORMAT, "json");
    for (int i = 0; i < 100; i++) {
      QuestionEmbedding embedding = embedding(anyFiniteFloats(384));
      byte[] bytes = serializer(json).serialize(TOPIC, embedding);
      assertSame(deserializer(Map.of()).deserialize(TOPIC, bytes), embedding);
    }
  }

  /** JSON has no such numbers; a sink must not get strings or zeros in their place. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void shouldNotPassSomethingElseForANumberThatJsonDoesNotHave(float value) {
    QuestionEmbeddingSerializer serializer = serializer(Map.of(SerdeConfig.OUTPUT_FORMAT, "json"));
    byte[] bytes;
    try {
      bytes = serializer.serialize(TOPIC, embedding(1, value));
    } catch (WireException e) {
      return; // refusing is right
    }
    assertThat(bits(deserializer(Map.of()).deserialize(TOPIC, bytes)))
        .containsExactly(Float.floatToRawIntBits(1), Float.floatToRawIntBits(value));
  }

  @Test
  void shouldWriteTheFieldsInTheOrderOfTheSchema() throws Exception {
    byte[] bytes =
        serializer(Map.of(SerdeConfig.OUTPUT_FORMAT, "json")).serialize(TOPIC, embedding(0.5f, -1));
    ObjectNode json = (ObjectNode) JSON.readTree(bytes);
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactlyElementsOf(writtenFields().stream().map(Schema.Field::name).toList());
    assertThat(json.get("embedding").toString()).isEqualTo("[0.5,-1.0]");
    assertThat(json.get("normalized").isBoolean()).isTrue();
    assertThat(json.get("source_offset").longValue()).isEqualTo(Long.MAX_VALUE);
    assertThat(json.get("metadata").get("tenant").textValue()).isEqualTo("ä");
  }

  @Test
  void shouldComeBackFromConfluentsFraming() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      Map<String, String> settings = Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url());
      QuestionEmbedding embedding = embedding(anyFiniteFloats(16));
      byte[] bytes = serializer(settings).serialize(TOPIC, embedding);
      assertThat(bytes[0]).isZero();
      assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(RegistryStandIn.FIRST_ID);
      assertThat(registry.requests()).containsExactly("POST /subjects/embeddings-value/versions");
      assertSame(deserializer(settings).deserialize(TOPIC, bytes), embedding);
      assertThatThrownBy(() -> deserializer(Map.of()).deserialize(TOPIC, bytes))
          .isInstanceOf(WireException.class)
          .hasMessageContaining("schema.registry.url");
    }
  }

  @Test
  void shouldReadAnyFormatWhenARegistryIsSet() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      QuestionEmbeddingDeserializer deserializer =
          deserializer(Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url()));
      QuestionEmbedding embedding = embedding(1, 2, 3);
      assertSame(
          deserializer.deserialize(TOPIC, serializer(Map.of()).serialize(TOPIC, embedding)),
          embedding);
      assertSame(
          deserializer.deserialize(
              TOPIC,
              serializer(Map.of(SerdeConfig.OUTPUT_FORMAT, "json")).serialize(TOPIC, embedding)),
          embedding);
      assertThat(registry.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"avro", "json"})
  void shouldPassATombstoneOn(String format) {
    assertThat(serializer(Map.of(SerdeConfig.OUTPUT_FORMAT, format)).serialize(TOPIC, null))
        .isNull();
    assertThat(deserializer(Map.of()).deserialize(TOPIC, null)).isNull();
  }

  @Test
  void shouldRefuseBytesThatAreNoEmbedding() {
    QuestionSerializer questions = new QuestionSerializer();
    byte[] question = questions.serialize("questions", new Question("1", "Why?", Map.of(), 0L));
    for (byte[] bytes :
        List.of(new byte[0], new byte[] {0}, new byte[] {'{'}, question, "text".getBytes(UTF_8))) {
      assertThatThrownBy(() -> deserializer(Map.of()).deserialize(TOPIC, bytes))
          .as(new String(bytes, UTF_8))
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void shouldRefuseJsonWithAFieldMissing() throws Exception {
    byte[] bytes = EmbeddingJson.write(embedding(1));
    for (Schema.Field field : writtenFields()) {
      ObjectNode json = (ObjectNode) JSON.readTree(bytes);
      json.remove(field.name());
      assertThatThrownBy(
              () -> deserializer(Map.of()).deserialize(TOPIC, json.toString().getBytes(UTF_8)))
          .isInstanceOf(WireException.class)
          .hasMessageContaining(field.name());
    }
  }

  /** Not silently zero, empty or false. */
  @Test
  void shouldRefuseJsonWithAFieldOfTheWrongType() throws Exception {
    byte[] bytes = EmbeddingJson.write(embedding(1));
    for (Schema.Field field : QuestionEmbedding.getClassSchema().getFields()) {
      String wrong = field.schema().getType() == Schema.Type.STRING ? "[1]" : "\"seven\"";
      ObjectNode json = (ObjectNode) JSON.readTree(bytes);
      json.set(field.name(), JSON.readTree(wrong));
      assertThatThrownBy(
              () -> deserializer(Map.of()).deserialize(TOPIC, json.toString().getBytes(UTF_8)))
          .as("%s = %s", field.name(), wrong)
          .isInstanceOf(WireException.class)
          .hasMessageContaining(field.name());
    }
  }

  @Test
  void shouldRefuseAnElementThatIsNoNumber() throws Exception {
    for (String element : List.of("null", "\"1\"", "true", "[1]", "{}")) {
      ObjectNode json = (ObjectNode) JSON.readTree(EmbeddingJson.write(embedding(1)));
      json.set("embedding", JSON.readTree("[" + element + "]"));
      assertThatThrownBy(
              () -> deserializer(Map.of()).deserialize(TOPIC, json.toString().getBytes(UTF_8)))
          .as(element)
          .isInstanceOf(WireException.class);
    }
  }

  @Test
  void shouldOnlyThrowWireExceptionsForDamagedBytes() {
    byte[][] valid = {
      serializer(Map.of()).serialize(TOPIC, embedding(1, 2, 3)),
      EmbeddingJson.write(embedding(1, 2, 3))
    };
    QuestionEmbeddingDeserializer deserializer = deserializer(Map.of());
    for (int i = 0; i < 10_000; i++) {
      byte[] damaged = Mutations.of(valid[i % valid.length], random);
      try {
        deserializer.deserialize(TOPIC, damaged);
      } catch (WireException expected) {
        assertThat(expected.getMessage()).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed %d: %s gave %s".formatted(SEED, Mutations.hex(damaged), e), e);
      }
    }
  }
}
