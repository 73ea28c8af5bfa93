package dev.questream.it.connect;

import dev.questream.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of docs/connect.md as they stand there, for another file or worker. */
final class DocumentedCommands {
  private static final Path DOCS = Repository.path("docs/connect.md");
  private static final Pattern CREATE =
      Pattern.compile("(?m)^curl .* -d @(\\S+) (localhost:8083)/connectors$");

  private static final Pattern APICURIO =
      Pattern.compile("(?m)^jq -s .* deploy/connect/(\\S+) deploy/connect/pgvector-apicurio.json$");

  private DocumentedCommands() {}

  private static Matcher find(Pattern pattern) throws IOException {
    Matcher command = pattern.matcher(Files.readString(DOCS));
    if (!command.find()) {
      throw new AssertionError(DOCS + " has no command of the form " + pattern);
    }
    return command;
  }

  /** The command that gives a connector Apicurio's converter in the place of Confluent's. */
  static String apicurio(String file) throws IOException {
    Matcher command = find(APICURIO);
    return command.group().replace(command.group(1), file);
  }

  /** The command that makes a connector. */
  static String create(String file, String worker) throws IOException {
    Matcher command = find(CREATE);
    return command.group().replace(command.group(1), file).replace(command.group(2), worker);
  }
}
