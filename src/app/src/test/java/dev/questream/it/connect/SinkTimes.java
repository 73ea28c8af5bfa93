package dev.questream.it.connect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * From asking to the row, of questions that were asked all at once. PostgreSQL itself says when a
 * row was committed; all clocks are those of one machine.
 */
final class SinkTimes {
  /**
   * One row.
   *
   * @param asked when the question was asked, in milliseconds of the epoch, as the others
   * @param embedded when the encoder answered
   * @param committed when the row was
   */
  private record Row(double asked, double embedded, double committed) {}

  private final List<Row> rows = new ArrayList<>();

  /**
   * The times of the rows that a condition of SQL selects.
   *
   * @throws SQLException also if the server does not track when transactions are committed
   */
  static SinkTimes of(Connection connection, String condition) throws SQLException {
    SinkTimes times = new SinkTimes();
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT asked_at_ms, embedded_at_ms,"
                    + " extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000"
                    + " FROM embeddings WHERE "
                    + condition)) {
      while (found.next()) {
        times.rows.add(new Row(found.getDouble(1), found.getDouble(2), found.getDouble(3)));
      }
    }
    return times;
  }

  private double seconds() {
    double first = rows.stream().mapToDouble(Row::asked).min().orElseThrow();
    double last = rows.stream().mapToDouble(Row::committed).max().orElseThrow();
    return (last - first) / 1000;
  }

  /** Of the waits for the row, or of those for the answer of the encoder alone. */
  private double quantile(double share, boolean encoderAlone) {
    List<Double> waits =
        rows.stream()
            .map(row -> (encoderAlone ? row.embedded() : row.committed()) - row.asked())
            .sorted(Comparator.naturalOrder())
            .toList();
    return waits.get((int) Math.min(waits.size() - 1, Math.floor(share * waits.size())));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d questions asked at once: %.2f s to the last row, %.0f rows/s; question to row p50 %.0f"
            + " ms, p99 %.0f ms; of these until the encoder's answer p50 %.0f ms, p99 %.0f ms",
        rows.size(),
        seconds(),
        rows.size() / seconds(),
        quantile(0.5, false),
        quantile(0.99, false),
        quantile(0.5, true),
        quantile(0.99, true));
  }
}
