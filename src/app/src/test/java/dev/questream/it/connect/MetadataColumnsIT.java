package dev.questream.it.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.testing.Repository;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Chosen fields of a record, which are metadata of its embedding, as columns of their own. */
@Tag("world")
@Timeout(120)
class MetadataColumnsIT {
  private static final String UPSERT =
      "INSERT INTO embeddings (id, metadata) VALUES ('id', ?::hstore)"
          + " ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata";

  private static void upsert(Connection connection, String metadata) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
      statement.setString(1, metadata);
      statement.executeUpdate();
    }
  }

  private static String columns(Statement statement) throws Exception {
    try (ResultSet row = statement.executeQuery("SELECT language, priority FROM embeddings")) {
      row.next();
      return row.getString(1) + " " + row.getObject(2);
    }
  }

  @Test
  void shouldHaveAColumnForEachNameThatIsChosen() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(Prerequisites.postgres());
        Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE embeddings (id text PRIMARY KEY)");
      postgres.psql(Repository.path("deploy/connect/stores/pgvector-metadata.sql"));
      upsert(connection, "\"language\"=>\"en\",\"priority\"=>\"3\",\"shop\"=>\"a\"");
      assertThat(columns(statement)).isEqualTo("en 3");
      upsert(connection, "\"shop\"=>\"b\"");
      assertThat(columns(statement)).as("what a record lacks").isEqualTo("null null");
    }
  }
}
