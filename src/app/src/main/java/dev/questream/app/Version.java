package dev.questream.app;

import dev.questream.app.console.QuestreamVersion;
import picocli.CommandLine;

/** The versions that a bug report needs. */
final class Version implements CommandLine.IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "questream " + QuestreamVersion.current(),
      "kafka     " + org.apache.kafka.common.utils.AppInfoParser.getVersion(),
      "java      "
          + Runtime.version()
          + " on "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
