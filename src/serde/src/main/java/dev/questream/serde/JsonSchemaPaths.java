package dev.questream.serde;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import dev.questream.serde.fields.Envelope;
import dev.questream.serde.fields.Mapping;
import dev.questream.serde.fields.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Schemas of JSON Schema. Most of them allow whatever they do not name; a path leads nowhere only
 * where one forbids it ({@code additionalProperties: false}), or says that a value has no fields.
 *
 * @see <a href="https://json-schema.org/draft/2020-12/json-schema-core">JSON Schema</a>
 */
final class JsonSchemaPaths extends SchemaPaths<JsonNode> {
  private static final List<JsonNode> ANYTHING = List.of(BooleanNode.TRUE);
  private static final List<String> NOT_FOLLOWED =
      List.of("allOf", "if", "patternProperties", "dependentSchemas", "$dynamicRef");
  private static final int MAX_REFERENCES = 20;

  private final JsonNode root;

  JsonSchemaPaths(Mapping mapping, Envelope envelope, JsonNode root) {
    super(mapping, envelope);
    this.root = root;
  }

  @Override
  List<JsonNode> reached(JsonNode from, List<String> steps) {
    JsonNode schema = referred(from);
    if (!schema.isObject() || NOT_FOLLOWED.stream().anyMatch(schema::has)) {
      return ANYTHING;
    }
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.has(choice)) {
        List<JsonNode> all = new ArrayList<>();
        schema.get(choice).forEach(branch -> all.addAll(reached(branch, steps)));
        return all;
      }
    }
    return steps.isEmpty() ? List.of(schema) : inside(schema, steps);
  }

  private List<JsonNode> inside(JsonNode schema, List<String> steps) {
    List<JsonNode> all = new ArrayList<>();
    for (int end = 1; end <= steps.size(); end++) { // a name may have dots
      JsonNode named = schema.path("properties").get(String.join(".", steps.subList(0, end)));
      if (named != null) {
        all.addAll(reached(named, steps.subList(end, steps.size())));
      }
    }
    if (!all.isEmpty() || schema.path("properties").has(steps.get(0))) {
      return all;
    }
    List<String> rest = steps.subList(1, steps.size());
    if (Path.isPlace(steps.get(0)) && may(schema, "array")) {
      return reached(schema.path("items"), rest);
    }
    JsonNode others = schema.path("additionalProperties");
    return may(schema, "object") && (others.isMissingNode() || !others.equals(BooleanNode.FALSE))
        ? reached(others, rest)
        : List.of();
  }

  /** Whether a value may be of a type. */
  private static boolean may(JsonNode schema, String type) {
    JsonNode types = schema.path("type");
    if (types.isArray()) {
      for (JsonNode one : types) {
        if (one.asText().equals(type)) {
          return true;
        }
      }
      return false;
    }
    return types.isMissingNode() || types.asText().equals(type);
  }

  /** What a reference inside of the schema leads to; others may lead to anything. */
  private JsonNode referred(JsonNode schema) {
    JsonNode at = schema;
    for (int i = 0; at.has("$ref"); i++) {
      String reference = at.get("$ref").asText();
      if (i == MAX_REFERENCES || !(reference.equals("#") || reference.startsWith("#/"))) {
        return BooleanNode.TRUE;
      }
      at = root.at(reference.substring(1));
    }
    return at;
  }

  @Override
  List<String> names(JsonNode schema) {
    return schema.path("properties").properties().stream().map(Map.Entry::getKey).toList();
  }

  @Override
  String kind(JsonNode schema) {
    return schema.path("type").isTextual()
        ? schema.path("type").asText()
        : schema.path("type").toString();
  }
}
