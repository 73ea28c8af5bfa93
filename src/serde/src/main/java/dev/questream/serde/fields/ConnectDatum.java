package dev.questream.serde.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * JSON with the schema that Kafka Connect's {@code JsonConverter} puts beside it ({@code
 * schemas.enable=true}).
 *
 * @param schema of the payload, in Connect's form
 * @param payload the value
 * @see <a href="https://kafka.apache.org/documentation/#connect">Kafka Connect</a>
 */
public record ConnectDatum(JsonNode schema, JsonNode payload) implements Datum {
  private static final String SCHEMA = "schema";
  private static final String PAYLOAD = "payload";

  /**
   * What stands inside of JSON with its schema, which the whole surrounds; other values as they
   * are.
   */
  public static Datum unwrapped(Datum value) {
    JsonNode raw =
        value instanceof JsonDatum json ? json.raw() : JsonNodeFactory.instance.nullNode();
    if (!isWrapped(raw)) {
      return value;
    }
    ConnectDatum payload = new ConnectDatum(raw.get(SCHEMA), raw.get(PAYLOAD));
    return new Layers(payload, new Wrapper(payload));
  }

  private static boolean isWrapped(JsonNode raw) {
    return raw.size() == 2 && raw.path(SCHEMA).path("type").isTextual() && raw.has(PAYLOAD);
  }

  /** Whether there is a schema and no value: so the converter writes null that has a schema. */
  static boolean isNull(Datum value) {
    return value instanceof JsonDatum json
        && isWrapped(json.raw())
        && json.raw().get(PAYLOAD).isNull();
  }

  /** The whole, whose payload keeps its schema. */
  private record Wrapper(ConnectDatum inside) implements Datum {
    @Override
    public Datum field(String name) {
      return name.equals(PAYLOAD) ? inside : null;
    }

    @Override
    public Collection<String> names() {
      return List.of(PAYLOAD);
    }

    @Override
    public JsonNode raw() {
      return inside.raw();
    }
  }

  @Override
  public Datum field(String name) {
    JsonNode held = payload.get(name);
    if (held == null) {
      return null;
    }
    JsonNode declared = type().equals("map") ? schema.path("values") : declared(name);
    return new ConnectDatum(declared, held);
  }

  private JsonNode declared(String name) {
    for (JsonNode field : schema.path("fields")) {
      if (field.path("field").asText().equals(name)) {
        return field;
      }
    }
    return JsonNodeFactory.instance.missingNode();
  }

  @Override
  public Datum item(int index) {
    JsonNode held = payload instanceof ArrayNode ? payload.get(index) : null;
    return held == null ? null : new ConnectDatum(schema.path("items"), held);
  }

  private String type() {
    return schema.path("type").asText();
  }

  @Override
  public Collection<String> names() {
    return new JsonDatum(payload).names();
  }

  @Override
  public JsonNode raw() {
    if (payload instanceof ObjectNode) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> held : payload.properties()) {
        object.set(held.getKey(), field(held.getKey()).json());
      }
      return object;
    }
    if (payload instanceof ArrayNode) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < payload.size(); i++) {
        array.add(item(i).json());
      }
      return array;
    }
    return type().equals("bytes") && payload.isTextual() ? bytes() : payload;
  }

  private JsonNode bytes() {
    try {
      return JsonNodeFactory.instance.binaryNode(Base64.getDecoder().decode(payload.textValue()));
    } catch (IllegalArgumentException e) {
      throw new FieldException("a value of the type bytes is not in base64", e);
    }
  }

  @Override
  public String meaning() {
    return schema.path("name").asText("");
  }

  @Override
  public int scale() {
    return schema.path("parameters").path("scale").asInt(0);
  }
}
