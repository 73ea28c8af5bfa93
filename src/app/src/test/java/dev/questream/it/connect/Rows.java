package dev.questream.it.connect;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.FloatVector;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema.Field;
import org.apache.avro.Schema.Type;

/** The rows of the table that {@code deploy/connect/stores/pgvector.sql} makes. */
final class Rows {
  private final Connection connection;

  Rows(Connection connection) {
    this.connection = connection;
  }

  long count() throws SQLException {
    return Long.parseLong(one("SELECT count(*) FROM embeddings"));
  }

  /** The first column of the first row of a query. */
  String one(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /**
   * All rows by id, each as a record of the topic without metadata: every column by the record's
   * field of that name, the vector bit by bit.
   */
  Map<String, QuestionEmbedding> all() throws SQLException {
    List<Field> fields =
        QuestionEmbedding.getClassSchema().getFields().stream()
            .filter(field -> !field.hasDefaultValue()) // a record of float32 has no others
            .toList();
    String columns =
        fields.stream()
            .filter(f -> f.schema().getType() != Type.MAP)
            .map(
                f ->
                    f.schema().getType() == Type.ARRAY
                        ? f.name() + "::real[] AS " + f.name()
                        : f.name())
            .collect(Collectors.joining(", "));
    Map<String, QuestionEmbedding> all = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT " + columns + " FROM embeddings")) {
      while (rows.next()) {
        QuestionEmbedding embedding = new QuestionEmbedding();
        embedding.put("vector_type", "float32");
        embedding.put("passage_template", "");
        for (Field field : fields) {
          embedding.put(field.pos(), value(rows, field));
        }
        all.put(embedding.getId(), embedding);
      }
    }
    return all;
  }

  private static Object value(ResultSet rows, Field field) throws SQLException {
    String column = field.name();
    return switch (field.schema().getType()) {
      case STRING -> rows.getString(column);
      case INT -> rows.getInt(column);
      case LONG -> rows.getLong(column);
      case BOOLEAN -> rows.getBoolean(column);
      case MAP -> Map.of(); // the connector leaves it out
      case ARRAY -> vector((Float[]) rows.getArray(column).getArray());
      default -> throw new AssertionError("no column for " + field);
    };
  }

  private static FloatVector vector(Float[] boxed) {
    float[] vector = new float[boxed.length];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = boxed[i];
    }
    return new FloatVector(vector);
  }

  /** For each id the transaction that wrote its row last; another one if it was written again. */
  Map<String, String> writers() throws SQLException {
    Map<String, String> writers = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, xmin FROM embeddings")) {
      while (rows.next()) {
        writers.put(rows.getString(1), rows.getString(2));
      }
    }
    return writers;
  }
}
