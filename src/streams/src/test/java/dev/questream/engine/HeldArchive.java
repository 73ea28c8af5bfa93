package dev.questream.engine;

import java.nio.file.Path;

/** Uses an archive, says so with a dot, and goes on until it is ended. */
final class HeldArchive {
  private HeldArchive() {}

  public static void main(String[] arguments) throws InterruptedException {
    ArchiveUse.begin(Path.of(arguments[0]));
    System.out.print(".");
    System.out.flush();
    Thread.sleep(Long.MAX_VALUE);
  }
}
