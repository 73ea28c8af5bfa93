package dev.questream.it.world.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The commands of docs/connect.md as they stand there, for another file or worker. */
final class DocumentedCommands {
  private static final Path DOCS = Path.of("docs/connect.md");
  private static final Pattern CREATE =
      Pattern.compile("(?m)^curl .* -d @(\\S+) (localhost:8083)/connectors$");

  private DocumentedCommands() {}

  /** The command that makes a connector. */
  static String create(String file, String worker) throws IOException {
    Matcher command = CREATE.matcher(Files.readString(DOCS));
    if (!command.find()) {
      throw new AssertionError(DOCS + " has no command of the form " + CREATE);
    }
    return command.group().replace(command.group(1), file).replace(command.group(2), worker);
  }
}
