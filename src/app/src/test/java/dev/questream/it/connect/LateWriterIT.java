package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At least once: a table that embeddings reach which are older than what it has. */
@Tag("world")
@Timeout(120)
class LateWriterIT {
  private static final String UPSERT =
      "INSERT INTO embeddings VALUES ('id', ?, 'questions', ?, ?) ON CONFLICT (id) DO UPDATE SET"
          + " text = excluded.text, source_partition = excluded.source_partition,"
          + " source_offset = excluded.source_offset";

  private static void upsert(Connection connection, String text, int partition, long offset)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      statement.setString(1, text);
      statement.setInt(2, partition);
      statement.setLong(3, offset);
      statement.executeUpdate();
    }
  }

  private static String text(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT text FROM embeddings")) {
      return row.next() ? row.getString(1) : "";
    }
  }

  @Test
  void shouldLeaveOutWhatIsOlderThanTheRowOrItsDeletion() throws Exception {
    Path bin = Prerequisites.postgres();
    try (PostgresServer postgres = PostgresServer.start(bin);
        Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE embeddings (id text PRIMARY KEY, text text, source_topic text,"
              + " source_partition integer, source_offset bigint)");
      postgres.psql(Repository.path("deploy/connect/stores/pgvector-at-least-once.sql"));
      upsert(connection, "first", 0, 5);
      upsert(connection, "second", 0, 9);
      upsert(connection, "first, late", 0, 5);
      assertThat(text(statement)).isEqualTo("second");
      upsert(connection, "second, again", 0, 9);
      assertThat(text(statement)).isEqualTo("second, again");
      statement.execute("DELETE FROM embeddings WHERE id = 'id'");
      upsert(connection, "second, late", 0, 9);
      assertThat(text(statement)).isEmpty();
      upsert(connection, "third", 0, 11);
      assertThat(text(statement)).isEqualTo("third");
      upsert(connection, "fourth, when there were more partitions", 1, 3);
      assertThat(text(statement)).startsWith("fourth");
    }
  }
}
