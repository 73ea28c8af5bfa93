package dev.questream.it.connect;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/** What these tests need beside Maven; without it they are skipped, and say so. */
final class Prerequisites {
  private static final String INSTALL =
      "; install it with scripts/install-pgvector.sh (Debian, Ubuntu), or name the folder of initdb"
          + " in "
          + PostgresServer.BIN_VARIABLE;

  private Prerequisites() {}

  /** A server of PostgreSQL that has pgvector. */
  static PostgresServer postgresWithPgvector() throws Exception {
    Optional<Path> bin = PostgresServer.bin();
    if (bin.isEmpty()) {
      throw skipped("there is no PostgreSQL here" + INSTALL);
    }
    PostgresServer server = PostgresServer.start(bin.get());
    List<String> missing = server.missing("vector");
    if (!missing.isEmpty()) {
      server.close();
      throw skipped(
          "PostgreSQL in %s lacks the extensions %s%s".formatted(bin.get(), missing, INSTALL));
    }
    return server;
  }

  /** Also printed, because the summary of a build shows the number of skipped tests only. */
  static TestAbortedException skipped(String reason) {
    System.out.println("SKIPPED: " + reason);
    return new TestAbortedException(reason);
  }
}
