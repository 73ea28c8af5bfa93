package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.it.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Map;

/** The vectors of the table against those of the command {@code encode}. */
final class EncodedRows {
  private EncodedRows() {}

  /** The greatest distance of a vector in the table from that of {@code encode} for the row. */
  static double farthest(Path folder, Connection connection, Map<String, String> rows)
      throws Exception {
    ObjectMapper json = new ObjectMapper();
    Path texts = folder.resolve("texts.jsonl");
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, String> row : rows.entrySet()) {
      lines.append(
          json.createObjectNode().put("id", row.getKey()).put("text", row.getValue()) + "\n");
    }
    Files.writeString(texts, lines);
    Launched encode =
        Launched.application(
            folder,
            Map.of(),
            "encode",
            "--input",
            texts.toString(),
            "--precision",
            "fp32",
            "--output",
            folder.resolve("vectors.jsonl").toString());
    assertThat(encode.process().waitFor()).as(encode.err()).isZero();
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE encoded (id text PRIMARY KEY, vector vector(384))");
    }
    insert(connection, json, folder.resolve("vectors.jsonl"));
    assertThat(
            new Rows(connection)
                .one(
                    "SELECT count(*) FROM encoded FULL JOIN embeddings USING (id) WHERE vector IS NULL"
                        + " OR embedding IS NULL"))
        .isEqualTo("0");
    return Double.parseDouble(
        new Rows(connection)
            .one("SELECT max(vector <-> embedding) FROM encoded JOIN embeddings USING (id)"));
  }

  private static void insert(Connection connection, ObjectMapper json, Path vectors)
      throws Exception {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO encoded VALUES (?, ?::vector)")) {
      for (String line : Files.readAllLines(vectors)) {
        JsonNode vector = json.readTree(line);
        insert.setString(1, vector.get("id").asText());
        insert.setString(2, vector.get("embedding").toString());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }
}
