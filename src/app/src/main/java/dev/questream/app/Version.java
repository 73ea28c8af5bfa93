package dev.questream.app;

import dev.questream.app.console.Versions;
import picocli.CommandLine;

/** The versions that a bug report needs. */
final class Version implements CommandLine.IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "questream " + Versions.questream(),
      "kafka     " + Versions.kafka(),
      "java      "
          + Runtime.version()
          + " on "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
