package dev.questream.lab.distil;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.DataException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a distillation keeps what a killed process must not lose: in {@code course} the candidates
 * and the teacher's scores, in {@code training} checkpoints. A lock keeps other processes out.
 */
final class WorkFolder implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String COURSE = "course";
  private static final String TRAINING = "training";
  private static final Set<String> NAMES = Set.of(LOCK, COURSE, TRAINING);
  private static final long MEBIBYTE = 1 << 20;

  private final Path folder;
  private final FileChannel lock;

  private WorkFolder(Path folder, FileChannel lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /**
   * Makes the folder, or takes the one that is there.
   *
   * @throws FatalException if it cannot be written, or another process works in it
   */
  static WorkFolder open(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
      requireOurs(folder);
      FileChannel lock =
          FileChannel.open(
              folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(lock)) {
        lock.close();
        throw new FatalException(
            ExitCode.ENVIRONMENT,
            "another process works in %s; wait for it, or name another folder with --work"
                .formatted(folder));
      }
      return new WorkFolder(folder, lock);
    } catch (IOException e) {
      throw new IOException(
          "%s cannot be written (%s); name another folder with --work".formatted(folder, e), e);
    }
  }

  private static void requireOurs(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> others =
          files
              .map(file -> file.getFileName().toString().replaceFirst("\\.part$", ""))
              .filter(name -> !NAMES.contains(name))
              .toList();
      if (!others.isEmpty()) {
        throw new FatalException(
            ExitCode.USAGE,
            "%s holds what is no work of this command, such as %s; name a new folder with --work"
                .formatted(folder, others.get(0)));
      }
    }
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Writes what a folder or a file holds. */
  interface Writer {
    void write(Path part) throws IOException;
  }

  /**
   * Makes a folder that has its name only when it is whole and on the disk.
   *
   * @throws IOException that names the folder; nothing of it is left
   */
  static void writeFolder(Path folder, Writer writer) throws IOException {
    Path part = part(folder);
    try {
      delete(part);
      Files.createDirectory(part);
      writer.write(part);
      try (Stream<Path> files = Files.list(part)) {
        for (Path file : files.toList()) {
          force(file);
        }
      }
      force(part);
      Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
      force(folder.getParent());
    } catch (IOException e) {
      delete(part);
      throw unwritable(folder, e);
    }
  }

  /** The same with a file. */
  static void writeFile(Path file, Writer writer) throws IOException {
    Path part = part(file);
    try {
      Files.deleteIfExists(part);
      writer.write(part);
      force(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(file.getParent());
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw unwritable(file, e);
    }
  }

  private static Path part(Path whole) {
    return whole.resolveSibling(whole.getFileName() + ".part");
  }

  /** What to say of a file that cannot be written. */
  static IOException unwritable(Path file, IOException why) {
    return new IOException(
        "%s cannot be written (%s); what was kept before is whole: make room there, and run the same again"
            .formatted(file, why.getMessage()),
        why);
  }

  /** What to say of what is not as it was written: a disk that fails, or another hand. */
  static DataException damaged(Path kept, Exception why) {
    return new DataException(
        "%s is damaged (%s); remove it, and run the same again"
            .formatted(kept, why.getMessage().lines().findFirst().orElse("")),
        why);
  }

  /** Brings a file, or the names in a folder, to the disk. */
  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /**
   * Refuses a folder that has not room for so many bytes.
   *
   * @param what needs them
   */
  void requireRoom(String what, long bytes) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (bytes > free) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "%s need %,d MiB in %s, where %,d MiB are free; make room, or name another folder with --work"
              .formatted(what, bytes / MEBIBYTE + 1, folder, free / MEBIBYTE));
    }
  }

  /** Candidates and scores, which serve every recipe. */
  Path course() {
    return folder.resolve(COURSE);
  }

  /** Checkpoints, which are of one recipe. */
  Path training() {
    return folder.resolve(TRAINING);
  }

  /** Ends what was of one recipe. */
  void endTraining() throws IOException {
    delete(training());
  }

  /** Ends what serves every recipe. */
  void endCourse() throws IOException {
    delete(course());
  }

  /** Deletes what is of no more use. */
  static void delete(Path path) throws IOException {
    if (Files.exists(path)) {
      List<Path> deepestFirst;
      try (Stream<Path> files = Files.walk(path)) {
        deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }

  /** Whether a folder holds nothing but what it is of. */
  static boolean isBare(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.allMatch(file -> file.getFileName().toString().equals(Identity.FILE));
    }
  }

  /** Leaves no folder behind that keeps nothing. */
  @Override
  public void close() throws IOException {
    for (Path kept : List.of(course(), training())) {
      if (Files.exists(kept) && isBare(kept)) {
        delete(kept);
      }
    }
    if (!Files.exists(course()) && !Files.exists(training())) {
      Files.deleteIfExists(folder.resolve(LOCK));
      try (Stream<Path> files = Files.list(folder)) {
        if (files.findAny().isEmpty()) {
          Files.delete(folder);
        }
      }
    }
    lock.close();
  }
}
