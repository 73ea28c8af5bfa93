package dev.questream.hub;

/** Hears how far a download is, on the thread that downloads; must not throw. */
@FunctionalInterface
public interface DownloadListener {
  DownloadListener SILENT = (file, done, total) -> {};

  /**
   * Called for each piece that arrives, and once with {@code done == total} at the end of a file.
   *
   * @param file its name in the model
   * @param done bytes on disk; goes back when a server makes a download start anew
   * @param total bytes of the whole file, or -1 if the hub does not say
   */
  void progressed(String file, long done, long total);
}
