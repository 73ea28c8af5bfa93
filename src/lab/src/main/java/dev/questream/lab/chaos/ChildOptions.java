package dev.questream.lab.chaos;

import java.nio.file.Path;
import java.util.List;

/** How the virtual machines of a run are set up. */
final class ChildOptions {
  private ChildOptions() {}

  /**
   * @param heapMiB the largest heap
   * @param folder for temporary files
   */
  static List<String> of(int heapMiB, Path folder) {
    return List.of(
        "-Xmx" + heapMiB + "m",
        "-XX:TieredStopAtLevel=1", // quick to start; a run starts hundreds
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-Djava.io.tmpdir=" + folder,
        "-Dlogback.configurationFile=questream-logback.xml",
        "-Dquestream.log.broker=INFO"); // says which transactions it mends after a kill
  }
}
