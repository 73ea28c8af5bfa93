package dev.questream.config;

import java.nio.file.Path;

/** Where files lie that outlive a run, by the XDG base directory specification. */
final class Folders {

  private Folders() {}

  static Path cache() {
    return base("XDG_CACHE_HOME", ".cache").resolve("questream");
  }

  static Path state() {
    return base("XDG_STATE_HOME", ".local/state").resolve("questream");
  }

  private static Path base(String variable, String preset) {
    String value = System.getenv(variable);
    return value == null || value.isBlank()
        ? Path.of(System.getProperty("user.home"), preset.split("/"))
        : Path.of(value);
  }
}
