package dev.questream.weights;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/** Words what a disk refuses: only a full one is helped by space. */
public final class DiskFailure {

  private DiskFailure() {}

  /**
   * What is wrong and what to do.
   *
   * @param setting that names the folder
   */
  public static String advise(IOException failure, String setting) {
    if (failure instanceof AccessDeniedException denied) {
      return "no permission for %s; set %s to a folder that this user can write"
          .formatted(denied.getFile(), setting);
    }
    String reason =
        failure instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : failure.toString();
    return "%s; set %s to a folder that can be written and has space".formatted(reason, setting);
  }
}
