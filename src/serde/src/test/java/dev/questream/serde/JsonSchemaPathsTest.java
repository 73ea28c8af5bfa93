package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.serde.registry.RegistryStandIn;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths held against the JSON Schema that a registry has for the topic. */
class JsonSchemaPathsTest {
  /** As Confluent's serializer derives it from a Java class: closed, with null for each field. */
  private static final String TICKET =
      """
      {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
       "additionalProperties": false,
       "properties": {
         "number": {"type": "integer"},
         "log.level": {"type": "string"},
         "tags": {"type": "array", "items": {"type": "string"}},
         "labels": {"type": "object", "additionalProperties": {"type": "string"}},
         "open": {"type": "object"},
         "customer": {"oneOf": [{"type": "null"}, {"$ref": "#/definitions/Customer"}]},
         "other": {"$ref": "other.json"},
         "all": {"allOf": [{"type": "object"}]}},
       "definitions": {"Customer": {"type": "object", "additionalProperties": false,
         "properties": {"question": {"type": ["null", "string"]}, "parent": {"$ref": "#/definitions/Customer"},
           "loop": {"$ref": "#/definitions/Loop"}}},
         "Loop": {"$ref": "#/definitions/Loop"}}}
      """;

  private static void check(String... settings) {
    try (RegistryStandIn registry = new RegistryStandIn()) {
      registry.register("tickets-value", TICKET);
      Map<String, String> all =
          new HashMap<>(Map.of("input.format", "json", "schema.registry.url", registry.url()));
      for (String setting : settings) {
        all.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
      }
      RegistryCheck.questions(all, "tickets");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "number",
        "log.level",
        "tags.0",
        "labels.any",
        "open.any.thing",
        "customer.question",
        "customer.parent.parent.question",
        "customer.loop.any",
        "other.any",
        "all.any",
        "headers.any",
        "key.any"
      })
  void shouldAllowWhatTheSchemaDoes(String path) {
    assertThatCode(() -> check("input.text=" + path)).doesNotThrowAnyException();
    assertThatCode(() -> check("input.format=auto", "input.text=" + path))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nummer|in the schema of the topic tickets the value has no field \"nummer\", only",
        "nummer|did you mean number?",
        "customer.qestion|\"customer\" has no field \"qestion\", only [question, parent, loop]; did",
        "number.x|\"number\" has no field \"x\", it is of the type integer",
        "tags.first|\"tags\" has no field \"first\", it is of the type array",
        "tags.0.x|\"tags.0\" has no field \"x\", it is of the type string"
      })
  void shouldNameWhatItForbids(String path, String message) {
    assertThatThrownBy(() -> check("input.text=" + path))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldSayNothingOfRecordsOfOurOwnAndOfText() {
    assertThatCode(JsonSchemaPathsTest::check).doesNotThrowAnyException();
    assertThatCode(() -> check("input.format=text", "input.title=headers.x"))
        .doesNotThrowAnyException();
  }
}
