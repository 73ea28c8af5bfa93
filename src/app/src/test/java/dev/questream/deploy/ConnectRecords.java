package dev.questream.deploy;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.EmbeddingJson;
import dev.questream.serde.FloatVector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;

/** Records of the embeddings topic as a sink gets them, and the transforms of its configuration. */
final class ConnectRecords {
  static final String ID = "f3a5a1fd-3efb-4dfe-afff-29e0963a34aa";

  private ConnectRecords() {}

  /** Of float32, which is written without the fields that have a default. */
  static QuestionEmbedding embedding() {
    QuestionEmbedding embedding = new QuestionEmbedding();
    embedding.put("vector_type", "float32");
    embedding.put("passage_template", "");
    for (org.apache.avro.Schema.Field field : writtenFields()) {
      embedding.put(
          field.pos(),
          switch (field.schema().getType()) {
            case STRING -> field.name().equals("id") ? ID : field.name();
            case INT -> 3;
            case LONG -> 4L;
            case BOOLEAN -> true;
            case ARRAY -> new FloatVector(new float[] {0.5f, -0.25f, 1e-7f});
            case MAP -> Map.of("language", "en");
            default -> throw new AssertionError("Connect's sinks do not take " + field);
          });
    }
    return embedding;
  }

  private static List<org.apache.avro.Schema.Field> writtenFields() {
    return QuestionEmbedding.getClassSchema().getFields().stream()
        .filter(field -> !field.hasDefaultValue())
        .toList();
  }

  /**
   * The embedding under a string key, as an Avro converter (with a schema) or the JSON converter
   * gives it.
   */
  static SinkRecord record(boolean withSchema) {
    Object value;
    Schema schema;
    if (withSchema) {
      Struct struct = struct(embedding());
      value = struct;
      schema = struct.schema();
    } else {
      try (JsonConverter converter = new JsonConverter()) {
        converter.configure(Map.of("schemas.enable", "false"), false);
        value = converter.toConnectData("embeddings", EmbeddingJson.write(embedding())).value();
        schema = null;
      }
    }
    return new SinkRecord("embeddings", 0, Schema.STRING_SCHEMA, ID, schema, value, 7);
  }

  static SinkRecord tombstone() {
    return new SinkRecord("embeddings", 0, Schema.STRING_SCHEMA, ID, null, null, 8);
  }

  private static Struct struct(QuestionEmbedding embedding) {
    SchemaBuilder schema = SchemaBuilder.struct();
    Map<String, Object> values = new HashMap<>();
    for (org.apache.avro.Schema.Field field : writtenFields()) {
      Object value = embedding.get(field.pos());
      schema.field(
          field.name(),
          switch (field.schema().getType()) {
            case STRING -> Schema.STRING_SCHEMA;
            case INT -> Schema.INT32_SCHEMA;
            case LONG -> Schema.INT64_SCHEMA;
            case BOOLEAN -> Schema.BOOLEAN_SCHEMA;
            case ARRAY -> SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build();
            default -> SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).build();
          });
      values.put(field.name(), value instanceof List<?> vector ? List.copyOf(vector) : value);
    }
    Struct struct = new Struct(schema.build());
    values.forEach(struct::put);
    struct.validate();
    return struct;
  }

  /** Runs the configuration's transforms, Kafka's own classes, over a record. */
  static SinkRecord transform(Map<String, String> config, SinkRecord record) throws Exception {
    SinkRecord result = record;
    String names = config.getOrDefault("transforms", "");
    for (String name : names.isEmpty() ? List.<String>of() : List.of(names.split(",", -1))) {
      String prefix = "transforms." + name + ".";
      Map<String, String> settings = new HashMap<>();
      config.forEach(
          (key, value) -> {
            if (key.startsWith(prefix)) {
              settings.put(key.substring(prefix.length()), value);
            }
          });
      try (Transformation<SinkRecord> transform = transformation(settings.remove("type"))) {
        if (!transform.config().names().containsAll(settings.keySet())) {
          throw new AssertionError(
              "%s knows %s, not all of %s".formatted(name, transform.config().names(), settings));
        }
        transform.configure(settings);
        result = transform.apply(result);
      }
    }
    return result;
  }

  @SuppressWarnings("unchecked") // a transform is generic over the record, and made for any
  private static Transformation<SinkRecord> transformation(String type) throws Exception {
    return (Transformation<SinkRecord>) Class.forName(type).getDeclaredConstructor().newInstance();
  }
}
