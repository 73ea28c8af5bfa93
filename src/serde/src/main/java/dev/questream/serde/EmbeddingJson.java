package dev.questream.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.VectorType;
import dev.questream.serde.fields.JsonLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * Embeddings as plain JSON objects: the schema's field names, the vector as an array of numbers. As
 * in Avro, fields that have a default are left out where all have it.
 */
public final class EmbeddingJson {
  /** The JDK's own way from floats to text, before JDK 19, takes three times as long. */
  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
              .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
              .streamReadConstraints(JsonLimits.NONE)
              .build());

  private static final SchemaVersions VERSIONS =
      SchemaVersions.of(QuestionEmbedding.getClassSchema());

  private EmbeddingJson() {}

  /** The embedding as a JSON object in UTF-8. */
  public static byte[] write(QuestionEmbedding embedding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.getFactory().createGenerator(out)) {
      json.writeStartObject();
      boolean whole = !embedding.getVectorType().equals(VectorType.FLOAT32.label());
      for (Schema.Field field : VERSIONS.plainestFor(embedding).getFields()) {
        json.writeFieldName(field.name());
        write(json, embedding.get(field.pos()), whole);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * @param whole whether a vector's numbers are whole ones
   */
  private static void write(JsonGenerator json, Object value, boolean whole) throws IOException {
    if (value instanceof List<?> vector) {
      json.writeStartArray();
      for (Object element : vector) {
        float number = finite((float) element);
        if (whole) {
          json.writeNumber((int) number);
        } else {
          json.writeNumber(number);
        }
      }
      json.writeEndArray();
    } else {
      json.writePOJO(value);
    }
  }

  static QuestionEmbedding read(byte[] bytes) {
    JsonNode json;
    try {
      json = JSON.readTree(bytes);
    } catch (IOException e) {
      throw new WireException("the value is no JSON: " + e.getMessage(), e);
    }
    QuestionEmbedding embedding = new QuestionEmbedding();
    for (Schema.Field field : embedding.getSchema().getFields()) {
      JsonNode node = json.path(field.name());
      if (node.isMissingNode() && field.hasDefaultValue()) {
        embedding.put(field.pos(), field.defaultVal());
        continue;
      }
      if (node.isMissingNode() || node.isNull()) {
        throw new WireException("the value is no embedding: \"" + field.name() + "\" is missing");
      }
      embedding.put(field.pos(), value(field, node));
    }
    return embedding;
  }

  /** JSON has no number for what is not finite. */
  private static float finite(float value) {
    if (!Float.isFinite(value)) {
      throw new WireException("the vector has the element " + value + ", which JSON cannot write");
    }
    return value;
  }

  private static Object value(Schema.Field field, JsonNode node) {
    boolean fits =
        switch (field.schema().getType()) {
          case STRING -> node.isTextual();
          case INT -> node.isInt();
          case LONG -> node.isIntegralNumber() && node.canConvertToLong();
          case BOOLEAN -> node.isBoolean();
          case ARRAY -> node.isArray();
          case MAP -> node.isObject();
          default -> false;
        };
    if (!fits) {
      throw new WireException(
          "the value is no embedding: \"%s\" is no %s"
              .formatted(field.name(), field.schema().getType().getName()));
    }
    return switch (field.schema().getType()) {
      case STRING -> node.textValue();
      case INT -> node.intValue();
      case LONG -> node.longValue();
      case BOOLEAN -> node.booleanValue();
      case ARRAY -> vector(node);
      default -> strings(node);
    };
  }

  private static FloatVector vector(JsonNode node) {
    float[] values = new float[node.size()];
    for (int i = 0; i < values.length; i++) {
      if (!node.get(i).isNumber()) {
        throw new WireException("the vector's element %d is no number".formatted(i));
      }
      values[i] = node.get(i).floatValue();
    }
    return new FloatVector(values);
  }

  private static Map<String, String> strings(JsonNode node) {
    Map<String, String> map = new HashMap<>();
    node.properties()
        .forEach(
            field -> {
              if (!field.getValue().isTextual()) {
                throw new WireException("metadata \"" + field.getKey() + "\" is no string");
              }
              map.put(field.getKey(), field.getValue().textValue());
            });
    return map;
  }
}
