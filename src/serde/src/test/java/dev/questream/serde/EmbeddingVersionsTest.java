package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.VectorType;
import dev.questream.serde.registry.RegistryStandIn;
import dev.questream.testing.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Embeddings between this version and 0.1.0, whose side is played by Avro alone and the released
 * schema.
 */
class EmbeddingVersionsTest {
  private static final String TOPIC = "embeddings";
  private static final Schema RELEASED = released();
  private static final int CONFLUENT_HEADER = 5;

  private static Schema released() {
    try {
      return new Schema.Parser()
          .parse(Repository.path("schemas/released/0.1.0/QuestionEmbedding.avsc").toFile());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static QuestionEmbedding embedding(VectorType type) {
    float[] vector = {0.25f, -1, 0, 0.5f, 1, 0, 0, 0, 1};
    return QuestionEmbedding.newBuilder()
        .setId("q-1")
        .setText("Who wrote Hamlet?")
        .setEmbedding(new FloatVector(type.from(vector)))
        .setDimensions(vector.length)
        .setModelId("a-model")
        .setModelRevision("")
        .setWeightsSha256("0".repeat(64))
        .setTokenizerSha256("f".repeat(64))
        .setPooling("cls")
        .setNormalized(true)
        .setPrecision("fp32")
        .setPrefix("")
        .setTokenCount(5)
        .setOriginalTokenCount(5)
        .setTruncated(false)
        .setMetadata(Map.of("k", "v"))
        .setAskedAtMs(1)
        .setSourceTopic("questions")
        .setSourcePartition(2)
        .setSourceOffset(3)
        .setEmbeddedAtMs(4)
        .setVectorType(type.label())
        .build();
  }

  private static byte[] written(QuestionEmbedding embedding, Map<String, ?> settings) {
    QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer();
    serializer.configure(settings, false);
    return serializer.serialize(TOPIC, embedding);
  }

  private static void assertSame(GenericRecord found, QuestionEmbedding expected) {
    for (Schema.Field field : RELEASED.getFields()) {
      Object value = found.get(field.name());
      assertThat(value instanceof CharSequence ? value.toString() : value)
          .as(field.name())
          .isEqualTo(field.name().equals("metadata") ? value : expected.get(field.pos()));
    }
  }

  /** A consumer of 0.1.0 has no registry and knows its own schema only. */
  @Test
  void shouldWriteFloat32AsTheFirstVersionDid() throws IOException {
    QuestionEmbedding embedding = embedding(VectorType.FLOAT32);
    GenericRecord read =
        new BinaryMessageDecoder<GenericRecord>(new GenericData(), RELEASED)
            .decode(written(embedding, Map.of()));
    assertSame(read, embedding);
  }

  @Test
  void shouldReadWhatTheFirstVersionWrote() throws IOException {
    QuestionEmbedding embedding = embedding(VectorType.FLOAT32);
    GenericRecordBuilder old = new GenericRecordBuilder(RELEASED);
    RELEASED.getFields().forEach(field -> old.set(field, embedding.get(field.pos())));
    byte[] bytes =
        new BinaryMessageEncoder<GenericRecord>(new GenericData(), RELEASED)
            .encode(old.build())
            .array();
    assertThat(written(embedding, Map.of())).isEqualTo(bytes);
    QuestionEmbedding read = new QuestionEmbeddingDeserializer().deserialize(TOPIC, bytes);
    assertThat(read.getVectorType()).isEqualTo("float32");
    assertThat(read.getEmbedding()).isEqualTo(embedding.getEmbedding());
  }

  /** The registry gives the old consumer the writer's schema, and Avro leaves out what is new. */
  @ParameterizedTest
  @EnumSource
  void shouldBeReadByAConsumerOfTheFirstVersionWithARegistry(VectorType type) throws IOException {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      Map<String, String> settings = Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url());
      QuestionEmbedding embedding = embedding(type);
      byte[] bytes = written(embedding, settings);
      Schema writer = type == VectorType.FLOAT32 ? RELEASED : shaped();
      GenericRecord read =
          new GenericDatumReader<GenericRecord>(writer, RELEASED)
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(
                          bytes, CONFLUENT_HEADER, bytes.length - CONFLUENT_HEADER, null));
      assertSame(read, embedding);
      QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();
      deserializer.configure(settings, false);
      QuestionEmbedding again = deserializer.deserialize(TOPIC, bytes);
      assertThat(again.getVectorType()).isEqualTo(type.label());
      assertThat(again.getEmbedding()).isEqualTo(embedding.getEmbedding());
    }
  }

  private static Schema shaped() throws IOException {
    return new Schema.Parser()
        .parse(Repository.path("schemas/QuestionEmbedding-shaped.avsc").toFile());
  }

  @ParameterizedTest
  @EnumSource
  void shouldComeBackFromAvroWithoutARegistryAndFromJson(VectorType type) {
    QuestionEmbedding embedding = embedding(type);
    for (String format : List.of("avro", "json")) {
      byte[] bytes = written(embedding, Map.of(SerdeConfig.OUTPUT_FORMAT, format));
      QuestionEmbedding read = new QuestionEmbeddingDeserializer().deserialize(TOPIC, bytes);
      assertThat(read.getVectorType()).as(format).isEqualTo(type.label());
      assertThat(read.getEmbedding()).as(format).isEqualTo(embedding.getEmbedding());
      assertThat(read.getDimensions()).as(format).isEqualTo(9);
    }
  }

  @Test
  void shouldWriteWholeNumbersAsJsonAndNoFieldThatFloat32DoesNotNeed() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode int8 = mapper.readTree(EmbeddingJson.write(embedding(VectorType.INT8)));
    assertThat(int8.path("embedding").toString()).isEqualTo("[32,-127,0,64,127,0,0,0,127]");
    assertThat(int8.path("vector_type").asText()).isEqualTo("int8");
    JsonNode bits = mapper.readTree(EmbeddingJson.write(embedding(VectorType.UBINARY)));
    assertThat(bits.path("embedding").toString()).isEqualTo("[152,128]");
    JsonNode floats = mapper.readTree(EmbeddingJson.write(embedding(VectorType.FLOAT32)));
    assertThat(floats.has("vector_type")).isFalse();
  }

  /** What a passage says of its template, a question of 0.1.0 does not have. */
  @Test
  void shouldWriteThePassagesTemplateAndNothingOfItForQuestions() throws IOException {
    QuestionEmbedding passage =
        QuestionEmbedding.newBuilder(embedding(VectorType.FLOAT32))
            .setPassageTemplate("pair")
            .build();
    for (String format : List.of("avro", "json")) {
      byte[] bytes = written(passage, Map.of(SerdeConfig.OUTPUT_FORMAT, format));
      QuestionEmbedding read = new QuestionEmbeddingDeserializer().deserialize(TOPIC, bytes);
      assertThat(read.getPassageTemplate()).as(format).isEqualTo("pair");
      assertThat(read.getVectorType()).as(format).isEqualTo("float32");
      byte[] question = written(embedding(VectorType.FLOAT32), Map.of());
      assertThat(new QuestionEmbeddingDeserializer().deserialize(TOPIC, question))
          .satisfies(found -> assertThat(found.getPassageTemplate()).isEmpty());
    }
    try (RegistryStandIn registry = new RegistryStandIn()) {
      Map<String, String> settings = Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url());
      RegistryCheck.embeddings(settings, TOPIC, true);
      byte[] ofPassage = written(passage, settings);
      byte[] ofQuestion = written(embedding(VectorType.FLOAT32), settings);
      assertThat(ofPassage[4]).as("registered at start").isLessThan(ofQuestion[4]);
    }
  }

  @Test
  void shouldAskTheRegistryAtStartForTheVersionThatWillBeWritten() {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      Map<String, String> settings =
          Map.of(
              SerdeConfig.SCHEMA_REGISTRY_URL, registry.url(), SerdeConfig.OUTPUT_VECTOR, "int8");
      RegistryCheck.embeddings(settings, TOPIC, false);
      RegistryCheck.embeddings(
          Map.of(SerdeConfig.SCHEMA_REGISTRY_URL, registry.url()), TOPIC, false);
      byte[] int8 = written(embedding(VectorType.INT8), settings);
      byte[] float32 = written(embedding(VectorType.FLOAT32), settings);
      assertThat(int8[4]).as("the one that was registered first").isLessThan(float32[4]);
    }
  }
}
