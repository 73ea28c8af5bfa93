package dev.questream.app;

import picocli.CommandLine;

/** The versions that a bug report needs. */
final class Version implements CommandLine.IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "questream " + of(Version.class.getPackage()),
      "kafka     " + org.apache.kafka.common.utils.AppInfoParser.getVersion(),
      "java      "
          + Runtime.version()
          + " on "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }

  private static String of(Package jar) {
    String version = jar.getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
