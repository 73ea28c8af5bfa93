package dev.questream.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who uses an archive: every process that has opened one holds a shared lock on a file beside it
 * until it ends, and whoever deletes the archive holds the whole lock. The lock's file stays
 * behind: deleting it would let two processes hold two files of one name.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class ArchiveUse {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveUse.class);

  /** A file lock is the whole process's, and closing any channel to its file ends it. */
  private static final ConcurrentMap<Path, FileChannel> HELD = new ConcurrentHashMap<>();

  private ArchiveUse() {}

  interface Deletion {
    void run() throws IOException;
  }

  /** Marks an archive as used by this process; waits while another deletes it. */
  static void begin(Path archive) {
    HELD.computeIfAbsent(lock(archive), ArchiveUse::share);
  }

  private static FileChannel share(Path file) {
    try {
      Files.createDirectories(file.getParent());
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel.lock(0, Long.MAX_VALUE, true);
      return channel;
    } catch (IOException e) { // such as a folder that is read only
      LOG.debug("{} cannot be locked: others do not see that it is used", file, e);
      return null;
    }
  }

  /**
   * Deletes an archive, unless a process uses it.
   *
   * @return whether {@code deletion} was run
   */
  static boolean endUnused(Path archive, Deletion deletion) throws IOException {
    Path file = lock(archive);
    if (HELD.containsKey(file)) {
      return false;
    }
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return false;
      }
      deletion.run();
      return true;
    }
  }

  private static Path lock(Path archive) {
    String name = archive.getFileName().toString().replaceFirst("\\.[a-z]+$", ".lock");
    return archive.toAbsolutePath().normalize().resolveSibling(name);
  }
}
