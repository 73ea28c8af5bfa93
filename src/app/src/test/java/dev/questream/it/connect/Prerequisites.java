package dev.questream.it.connect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
    Path bin = postgres();
    PostgresServer server = PostgresServer.start(bin);
    List<String> missing = server.missing("vector");
    if (!missing.isEmpty()) {
      server.close();
      throw skipped("PostgreSQL in %s lacks the extensions %s%s".formatted(bin, missing, INSTALL));
    }
    return server;
  }

  /** The folder of PostgreSQL's programs. */
  static Path postgres() throws IOException {
    return PostgresServer.bin().orElseThrow(() -> skipped("there is no PostgreSQL here" + INSTALL));
  }

  /** Also printed, because the summary of a build shows the number of skipped tests only. */
  static TestAbortedException skipped(String reason) {
    System.out.println("SKIPPED: " + reason);
    return new TestAbortedException(reason);
  }
}
