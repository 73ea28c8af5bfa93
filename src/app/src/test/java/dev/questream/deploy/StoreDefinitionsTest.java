package dev.questream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.avro.QuestionEmbedding;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Tables, mappings and collections in {@code deploy/connect/stores} have the record's fields. */
class StoreDefinitionsTest {
  private static final String FOLDER = "deploy/connect/stores/";

  /** Width of the bundled model's vectors. */
  private static final int DIMENSIONS = 384;

  /** Those of a record of float32. */
  private static Map<String, Schema.Type> fields() {
    Map<String, Schema.Type> fields = new LinkedHashMap<>();
    QuestionEmbedding.getClassSchema().getFields().stream()
        .filter(field -> !field.hasDefaultValue())
        .forEach(field -> fields.put(field.name(), field.schema().getType()));
    return fields;
  }

  @Test
  void shouldHaveAColumnForEveryFieldThatTheConnectorLeaves() {
    String sql = DeployFiles.text(FOLDER + "pgvector.sql");
    Map<String, String> columns = new LinkedHashMap<>();
    Matcher column =
        Pattern.compile("(?m)^  (\\w+) +([a-z0-9()]+) (NOT NULL|PRIMARY KEY),?$").matcher(sql);
    while (column.find()) {
      columns.put(column.group(1), column.group(2));
    }
    Map<String, String> expected = new LinkedHashMap<>();
    fields()
        .forEach(
            (name, type) ->
                expected.put(
                    name,
                    switch (type) {
                      case STRING -> "text";
                      case INT -> "integer";
                      case LONG -> "bigint";
                      case BOOLEAN -> "boolean";
                      case ARRAY -> "vector(" + DIMENSIONS + ")";
                      default -> "left out";
                    }));
    expected.values().remove("left out");
    assertThat(columns).containsExactlyEntriesOf(expected);
  }

  @Test
  void shouldMapEveryFieldForElasticsearchAndOpenSearch() {
    JsonNode elastic = DeployFiles.json(FOLDER + "elasticsearch-index.json").path("mappings");
    JsonNode open = DeployFiles.json(FOLDER + "opensearch-index.json").path("mappings");
    for (JsonNode mappings : new JsonNode[] {elastic, open}) {
      assertThat(mappings.path("dynamic").asText()).isEqualTo("strict");
      assertThat(names(mappings.path("properties"))).isEqualTo(fields().keySet());
    }
    assertThat(elastic.at("/properties/embedding/dims").asInt()).isEqualTo(DIMENSIONS);
    assertThat(open.at("/properties/embedding/dimension").asInt()).isEqualTo(DIMENSIONS);
  }

  @Test
  void shouldHaveAFieldForEveryFieldInMilvus() {
    Set<String> names = new LinkedHashSet<>();
    for (JsonNode field :
        DeployFiles.json(FOLDER + "milvus-collection.json").at("/schema/fields")) {
      names.add(field.path("fieldName").asText());
      if (field.path("fieldName").asText().equals("embedding")) {
        assertThat(field.at("/elementTypeParams/dim").asInt()).isEqualTo(DIMENSIONS);
      }
      assertThat(field.path("isPrimary").asBoolean())
          .isEqualTo(field.path("fieldName").asText().equals("id"));
    }
    assertThat(names).isEqualTo(fields().keySet());
  }

  @Test
  void shouldHaveAPropertyForWhatTheConnectorLeavesForWeaviate() {
    Set<String> names = new LinkedHashSet<>();
    DeployFiles.json(FOLDER + "weaviate-class.json")
        .path("properties")
        .forEach(property -> names.add(property.path("name").asText()));
    Set<String> expected = new LinkedHashSet<>(fields().keySet());
    expected.removeAll(
        Set.of("id", "metadata", "embedding")); // renamed, left out, the vector itself
    expected.add("question_id");
    assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(
            DeployFiles.json("deploy/connect/weaviate.json")
                .at("/config/collection.mapping")
                .asText())
        .isEqualTo(DeployFiles.json(FOLDER + "weaviate-class.json").path("class").asText());
  }

  @Test
  void shouldHaveTheVectorsWidthEverywhere() {
    assertThat(DeployFiles.json(FOLDER + "qdrant-collection.json").at("/vectors/size").asInt())
        .isEqualTo(DIMENSIONS);
    assertThat(
            DeployFiles.json(FOLDER + "mongodb-index.json")
                .at("/definition/fields/0/numDimensions")
                .asInt())
        .isEqualTo(DIMENSIONS);
    assertThat(DeployFiles.text(FOLDER + "redis-index.txt"))
        .contains("PREFIX 1 embeddings:", "$.embedding", "DIM " + DIMENSIONS);
  }

  private static Set<String> names(JsonNode object) {
    return DeployFiles.strings(object).keySet();
  }
}
