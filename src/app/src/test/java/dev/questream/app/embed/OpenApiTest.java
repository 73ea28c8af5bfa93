package dev.questream.app.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.app.io.Json;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.Truncation;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The description says what is served: paths, fields, statuses and headers. */
class OpenApiTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HeldModel model = new HeldModel();
  private JsonNode description;

  @BeforeEach
  void read() throws Exception {
    try (InputStream in = OpenApiTest.class.getResourceAsStream("/embed/openapi.json")) {
      description = JSON.readTree(in);
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Protocol protocol(String name) {
    return name.equals("openai") ? new OpenAi() : new Tei(Truncation.TRUNCATE_TAIL);
  }

  @ParameterizedTest
  @CsvSource({"openai, EmbeddingsRequest, input", "tei, EmbedRequest, inputs"})
  void shouldNameTheFieldsThatAreTaken(String name, String schema, String required) {
    JsonNode described = description.at("/components/schemas/" + schema);
    assertThat(described.path("required").get(0).asText()).isEqualTo(required);
    for (String field : names(described.path("properties"))) {
      ObjectNode body = JSON.createObjectNode();
      body.put(required, "text");
      if (!field.equals(required)) {
        body.putNull(field);
      }
      assertThat(protocol(name).read(body, model.info()).texts()).as(field).containsExactly("text");
    }
    ObjectNode unknown = JSON.createObjectNode().put("no such field", 1);
    Throwable refused = catchThrowable(() -> protocol(name).read(unknown, model.info()));
    String taken = refused.getMessage().replaceFirst(".*these are: ", "");
    assertThat(taken.split(", "))
        .containsExactlyInAnyOrderElementsOf(names(described.path("properties")));
  }

  @Test
  void shouldNameTheStatusesThatAreAnswered() {
    TreeSet<String> openAi = new TreeSet<>(List.of("200", "401", "403", "408", "415"));
    TreeSet<String> tei = new TreeSet<>(openAi);
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      openAi.add(Integer.toString(kind.openAiStatus()));
      tei.add(Integer.toString(kind.teiStatus()));
    }
    tei.add("500"); // what nobody has foreseen
    assertThat(names(description.at("/paths/~1v1~1embeddings/post/responses")))
        .containsExactlyInAnyOrderElementsOf(openAi);
    assertThat(names(description.at("/paths/~1embed/post/responses")))
        .containsExactlyInAnyOrderElementsOf(tei);
  }

  @Test
  void shouldNameTheTypesOfErrors() {
    TreeSet<String> types = new TreeSet<>();
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      types.add(kind.teiType());
    }
    List<String> described = new ArrayList<>();
    description
        .at("/components/schemas/TeiError/properties/error_type/enum")
        .forEach(type -> described.add(type.asText()));
    assertThat(described).containsExactlyInAnyOrderElementsOf(types);
  }

  @Test
  void shouldNameTheHeadersOfAnAnswer() {
    Map<String, String> headers =
        new ProvenanceHeaders(model.info()).of(List.of(new Embedding(new float[3], 2, 2)), 3);
    for (String path : List.of("~1v1~1embeddings", "~1embed")) {
      assertThat(names(description.at("/paths/" + path + "/post/responses/200/headers")))
          .containsExactlyInAnyOrderElementsOf(headers.keySet());
    }
  }

  @Test
  void shouldDescribeTheAnswer() {
    JsonNode answer =
        Json.tree(
            new OpenAi()
                .read(JSON.createObjectNode().put("input", "a"), model.info())
                .form()
                .of(List.of(new Embedding(new float[3], 2, 2))));
    JsonNode schema = description.at("/components/schemas/Embeddings");
    assertThat(names(schema.path("properties"))).containsExactlyInAnyOrderElementsOf(names(answer));
    assertThat(names(schema.at("/properties/data/items/properties")))
        .containsExactlyInAnyOrderElementsOf(names(answer.at("/data/0")));
    assertThat(names(schema.at("/properties/usage/properties")))
        .containsExactlyInAnyOrderElementsOf(names(answer.path("usage")));
  }

  @Test
  void shouldNameEveryReferenceThatItMakes() {
    description
        .findValuesAsText("$ref")
        .forEach(
            reference ->
                assertThat(description.at(reference.substring(1)).isMissingNode())
                    .as(reference)
                    .isFalse());
  }
}
