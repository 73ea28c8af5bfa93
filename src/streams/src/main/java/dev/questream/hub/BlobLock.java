package dev.questream.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a file of the hub against other threads and other processes.
 *
 * <p>The lock file stays behind: deleting it would let two processes hold two files of one name. On
 * Linux, Python's lock on the same file ({@code flock}) and this one ({@code fcntl}) do not see
 * each other: Python and this program then both fetch the file. Recent versions of {@code
 * huggingface_hub} write to a file of another name; with older ones, the hash tells if the two
 * mixed.
 */
final class BlobLock {
  private static final Logger LOG = LoggerFactory.getLogger(BlobLock.class);

  /** A file lock is the whole process's, so its threads need another. */
  private static final ConcurrentMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private BlobLock() {}

  interface Action {
    void run() throws IOException;
  }

  /** Waits until {@code file} is free, and runs {@code action} while it is held. */
  static void holding(Path file, Action action) throws IOException {
    Path folder = Files.createDirectories(file.getParent()).toRealPath();
    ReentrantLock threads =
        THREADS.computeIfAbsent(folder.resolve(file.getFileName()), key -> new ReentrantLock());
    threads.lock();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (channel.tryLock() == null) {
        LOG.info("Waiting for another process that holds {}", file);
        channel.lock();
      }
      action.run();
    } finally {
      threads.unlock();
    }
  }
}
