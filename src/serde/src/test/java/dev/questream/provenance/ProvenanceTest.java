package dev.questream.provenance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.Provenance.Computation;
import dev.questream.provenance.Provenance.Model;
import dev.questream.serde.FloatVector;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Where a vector comes from: in code, in records, as JSON. */
class ProvenanceTest {
  private static final Provenance PROVENANCE =
      new Provenance(
          new Model("a-model", "r1", "0123456789abcdef", "fedcba9876543210"),
          new Computation("mean", true, "bf16", "ask: ", 3).with(3, VectorType.INT8));

  private static QuestionEmbedding.Builder embedding() {
    return QuestionEmbedding.newBuilder()
        .setId("q")
        .setText("Who?")
        .setEmbedding(new FloatVector(new float[] {1, 2, 3}))
        .setTokenCount(3)
        .setOriginalTokenCount(3)
        .setTruncated(false)
        .setMetadata(Map.of())
        .setAskedAtMs(0)
        .setSourceTopic("questions")
        .setSourcePartition(0)
        .setSourceOffset(0)
        .setEmbeddedAtMs(0);
  }

  @Test
  void shouldComeBackFromARecord() {
    assertThat(Provenance.of(PROVENANCE.writeTo(embedding()).build())).isEqualTo(PROVENANCE);
  }

  @Test
  void shouldHaveTheNamesAndValuesOfTheRecordAsJson() {
    QuestionEmbedding record = PROVENANCE.writeTo(embedding()).build();
    JsonNode json = new ObjectMapper().valueToTree(PROVENANCE);
    assertThat(json.size()).isEqualTo(10);
    json.properties()
        .forEach(
            field -> {
              Schema.Field there = record.getSchema().getField(field.getKey());
              assertThat(there).as(field.getKey()).isNotNull();
              assertThat(field.getValue().asText())
                  .as(field.getKey())
                  .isEqualTo(record.get(there.pos()).toString());
            });
  }

  @Test
  void shouldBeDescribedInALine() {
    assertThat(PROVENANCE.describe())
        .isEqualTo(
            "a-model@r1, weights 0123456789ab, tokenizer fedcba987654,"
                + " mean pooling, normalized, bf16, prefix \"ask: \", 3 dimensions, int8");
    assertThat(
            new Provenance(
                    new Model("a-model", "", "w", ""), new Computation("cls", false, "fp32", "", 3))
                .describe())
        .isEqualTo(
            "a-model, weights w, tokenizer -, cls pooling, not normalized, fp32, 3 dimensions");
  }

  @Test
  void shouldTellTheTemplateOfPassagesOnly() {
    Provenance passages =
        new Provenance(
            PROVENANCE.model(),
            new Computation("mean", true, "bf16", "", 3).withTemplate("{title} {text}"));
    assertThat(passages.describe()).contains("bf16, passages as \"{title} {text}\", 3 dimensions");
    JsonNode json = new ObjectMapper().valueToTree(passages);
    assertThat(json.path("passage_template").asText()).isEqualTo("{title} {text}");
    assertThat(passages).isNotEqualTo(PROVENANCE);
    assertThat(Provenance.of(passages.writeTo(embedding()).build())).isEqualTo(passages);
  }
}
