package dev.questream.it.connect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A table of a user's, and what he does to it. */
final class Tickets {
  private static final String[] WORDS =
      ("printer,invoice,parcel,password,camera,tram,garden,keyboard,window,lamp,Straße,запись,"
              + "質問,battery,ticket,seat,refund,engine,novel,cheese")
          .split(",");

  private final Connection connection;
  private final Random random;
  private final Map<String, Integer> counts = new TreeMap<>();
  private long nextId = 1;

  Tickets(Connection connection, Random random) throws SQLException {
    this.connection = connection;
    this.random = random;
    execute(
        "CREATE TABLE tickets (id bigint PRIMARY KEY, body text, price numeric(10,2),"
            + " opened timestamptz NOT NULL DEFAULT now())");
    execute("ALTER TABLE tickets ALTER body SET STORAGE EXTERNAL");
  }

  private int execute(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      statement.execute();
      return Math.max(0, statement.getUpdateCount());
    }
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String body() {
    return "Why is the %s of ticket %d in the %s?"
        .formatted(word(), random.nextInt(1_000_000), word());
  }

  private long anyId() {
    return 1 + random.nextLong(nextId);
  }

  /** Inserts rows in one transaction; one in fifty has a text that PostgreSQL stores elsewhere. */
  void insert(int rows) throws SQLException {
    connection.setAutoCommit(false);
    for (int i = 0; i < rows; i++) {
      String body = random.nextInt(50) == 0 ? (body() + " ").repeat(60) : body();
      execute("INSERT INTO tickets (id, body) VALUES (?, ?)", nextId++, body);
    }
    connection.commit();
    connection.setAutoCommit(true);
    counts.merge("inserted", rows, Integer::sum);
  }

  /** One transaction of any kind. */
  void change() throws SQLException {
    int dice = random.nextInt(100);
    if (dice < 35) {
      insert(1 + random.nextInt(3));
    } else if (dice < 60) {
      count("changed", execute("UPDATE tickets SET body = ? WHERE id = ?", body(), anyId()));
    } else if (dice < 72) {
      count(
          "changed without the text",
          execute("UPDATE tickets SET price = ? WHERE id = ?", random.nextInt(100), anyId()));
    } else if (dice < 84) {
      count("deleted", execute("DELETE FROM tickets WHERE id = ?", anyId()));
    } else if (dice < 89) {
      // A long text is not sent with the new key, unless the table has REPLICA IDENTITY FULL.
      count(
          "given another key",
          execute(
              "UPDATE tickets SET id = ? WHERE id = ? AND length(body) < 1000", nextId++, anyId()));
    } else if (dice < 92) {
      count("set to NULL", execute("UPDATE tickets SET body = NULL WHERE id = ?", anyId()));
    } else if (dice < 96) {
      replace(anyId());
    } else {
      rollBack();
    }
  }

  /** Deletes a row and makes it again, with another text and in one transaction. */
  private void replace(long id) throws SQLException {
    connection.setAutoCommit(false);
    int deleted = execute("DELETE FROM tickets WHERE id = ?", id);
    execute("INSERT INTO tickets (id, body) VALUES (?, ?)", id, body());
    execute("UPDATE tickets SET body = ? WHERE id = ?", body(), id);
    connection.commit();
    connection.setAutoCommit(true);
    count(deleted == 0 ? "inserted" : "replaced", 1);
  }

  private void rollBack() throws SQLException {
    connection.setAutoCommit(false);
    execute("UPDATE tickets SET body = 'This was never so.' WHERE id % 7 = 0");
    connection.rollback();
    connection.setAutoCommit(true);
    count("rolled back", 1);
  }

  private void count(String what, int rows) {
    if (rows > 0) {
      counts.merge(what, rows, Integer::sum);
    }
  }

  /** Texts by id, of the rows that have one. */
  Map<String, String> texts() throws SQLException {
    Map<String, String> texts = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT id, body FROM tickets WHERE body IS NOT NULL")) {
      while (rows.next()) {
        texts.put(rows.getString(1), rows.getString(2));
      }
    }
    return texts;
  }

  /** What has been done, in rows. */
  @Override
  public String toString() {
    return counts.toString();
  }
}
