package dev.questream.it.connect;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.FloatVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The query for the nearest questions that the file of the table shows, and the exact answer. */
final class NearestQuery {
  private static final Pattern SHOWN = Pattern.compile("(?m)^--\\s+(SELECT .* <#> \\$1 .*);$");

  private NearestQuery() {}

  /** The query in the file's comment, its vector as a parameter of JDBC. */
  static String ofTheFile(Path file) throws IOException {
    Matcher shown = SHOWN.matcher(Files.readString(file));
    if (!shown.find()) {
      throw new AssertionError(file + " shows no query by <#> $1");
    }
    return shown.group(1).replace("$1", "?::vector");
  }

  /** The first column of what a query finds for a vector. */
  static List<String> ids(Connection connection, String query, QuestionEmbedding probe)
      throws SQLException {
    List<String> found = new ArrayList<>();
    String vector = Arrays.toString(FloatVector.toArray(probe.getEmbedding()));
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
        statement.setString(i, vector);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found;
  }

  /** The ids of the greatest inner products, computed from the topic's vectors. */
  static Set<String> exact(
      Collection<QuestionEmbedding> embeddings, QuestionEmbedding probe, int count) {
    float[] vector = FloatVector.toArray(probe.getEmbedding());
    return new HashSet<>(
        embeddings.stream()
            .sorted(Comparator.comparingDouble(e -> -product(vector, e)))
            .limit(count)
            .map(QuestionEmbedding::getId)
            .toList());
  }

  private static double product(float[] vector, QuestionEmbedding other) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      sum += (double) vector[i] * other.getEmbedding().get(i);
    }
    return sum;
  }
}
