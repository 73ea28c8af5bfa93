package dev.questream.app.console;

/** The version of Questream that runs. */
public final class QuestreamVersion {

  private QuestreamVersion() {}

  /** As the jar says; {@code development} where there is no jar. */
  public static String current() {
    String version = QuestreamVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
