package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

/**
 * A folder of passage vectors in shards of equally many: rows without headers, in passage order. A
 * shard is written beside its name and renamed when it is whole, so that what a killed process
 * leaves can be continued behind its last whole shard.
 *
 * <p>A passage that has no vector is a row of NaN, which no search finds.
 *
 * <p><b>Threading:</b> one thread writes; until it is closed, a lock on the folder keeps other
 * writers out. Readers may be opened before and after.
 */
public final class PassageShards implements AutoCloseable {
  private final Path folder;
  private final int passages;
  private final int dimensions;
  private final StorageType storage;
  private final int shardPassages;
  private final FileChannel lockFile;
  private final FileLock lock;

  private PassageShards(
      Path folder, int passages, int dimensions, StorageType storage, int shardPassages)
      throws IOException {
    this.folder = folder;
    this.passages = passages;
    this.dimensions = dimensions;
    this.storage = storage;
    this.shardPassages = shardPassages;
    this.lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.lock = tryLock();
    if (lock == null) {
      lockFile.close();
      throw new DataException(
          "another process is writing into %s; wait for it, or name another folder"
              .formatted(folder));
    }
  }

  private FileLock tryLock() throws IOException {
    try {
      return lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Whether a folder holds such vectors, whole or not. */
  public static boolean isIn(Path folder) {
    return ShardManifest.isIn(folder);
  }

  /**
   * Opens a folder, or begins one.
   *
   * @param shardPassages passages of each shard but the last
   * @throws DataException if the folder holds vectors of another model or of other passages, or
   *     another process is writing into it
   */
  public static PassageShards open(
      Path folder,
      EncoderInfo encoder,
      PassageCollection passages,
      StorageType storage,
      int shardPassages)
      throws IOException {
    Files.createDirectories(folder);
    ShardManifest wanted = ShardManifest.of(encoder, passages, storage, shardPassages);
    PassageShards shards =
        new PassageShards(folder, passages.size(), encoder.dimensions(), storage, shardPassages);
    try {
      if (ShardManifest.isIn(folder)) {
        ShardManifest.read(folder).requireSame(wanted, folder);
      } else {
        wanted.write(folder);
      }
      return shards;
    } catch (IOException | RuntimeException e) {
      shards.close();
      throw e;
    }
  }

  /** Opens a folder, or begins one, whatever it holds. */
  static PassageShards unchecked(
      Path folder, int passages, int dimensions, StorageType storage, int shardPassages)
      throws IOException {
    Files.createDirectories(folder);
    return new PassageShards(folder, passages, dimensions, storage, shardPassages);
  }

  /** Deletes the manifest and all shards, of whatever storage. */
  void delete() throws IOException {
    Files.deleteIfExists(folder.resolve(ShardManifest.FILE));
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "shard-[0-9]*")) {
      for (Path shard : all) {
        Files.delete(shard);
      }
    }
  }

  /** Brings all shards to the disk: a manifest must not outlive them when the power fails. */
  void force() throws IOException {
    for (int shard = 0; shard < shards(); shard++) {
      try (FileChannel written = FileChannel.open(file(shard), StandardOpenOption.WRITE)) {
        written.force(true);
      }
    }
  }

  /** Passages whose vectors lie in whole shards, without a gap from the first on. */
  public int stored() {
    int shard = 0;
    while (shard < shards() && isWhole(shard)) {
      shard++;
    }
    return (int) Math.min(passages, (long) shard * shardPassages);
  }

  private int shards() {
    return (int) ((passages + (long) shardPassages - 1) / shardPassages);
  }

  private boolean isWhole(int shard) {
    try {
      return Files.size(file(shard)) == (long) rows(shard) * rowBytes();
    } catch (IOException e) {
      return false;
    }
  }

  private int rows(int shard) {
    return (int) Math.min(shardPassages, passages - (long) shard * shardPassages);
  }

  int dimensions() {
    return dimensions;
  }

  int shardPassages() {
    return shardPassages;
  }

  StorageType storage() {
    return storage;
  }

  int rowBytes() {
    return dimensions * storage.bytes();
  }

  Path file(int shard) {
    return folder.resolve(String.format(Locale.ROOT, "shard-%06d.%s", shard, storage.label()));
  }

  /** Bytes that are still to be written until all passages are stored. */
  public long missingBytes() {
    return (long) (passages - stored()) * rowBytes();
  }

  /** Continues behind {@link #stored}. */
  public Writer writer() {
    return new Writer(stored() / shardPassages);
  }

  /**
   * Reads all vectors.
   *
   * @throws DataException if some are missing
   */
  public VectorReader reader() {
    if (stored() < passages) {
      throw new DataException(
          "%s holds the vectors of %,d of %,d passages; encode the rest first"
              .formatted(folder, stored(), passages));
    }
    return new Reader();
  }

  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.release();
    }
    lockFile.close();
  }

  /** Takes vectors in passage order. What is not a whole shard when it is closed is dropped. */
  public final class Writer implements AutoCloseable {
    private int shard;
    private ByteBuffer rows;

    private Writer(int shard) {
      this.shard = shard;
    }

    /**
     * @param vector null for a passage that has none
     */
    public void add(float[] vector) throws IOException {
      if (rows == null) {
        rows =
            ByteBuffer.allocate(Math.multiplyExact(rows(shard), rowBytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
      }
      storage.write(vector == null ? none() : vector, rows);
      if (!rows.hasRemaining()) {
        writeShard();
      }
    }

    private float[] none() {
      float[] row = new float[dimensions];
      java.util.Arrays.fill(row, Float.NaN);
      return row;
    }

    private void writeShard() throws IOException {
      Path partial = folder.resolve(file(shard).getFileName() + ".part");
      AtomicFile.write(file(shard), partial, this::writeRows);
      shard++;
      rows = null;
    }

    private Path writeRows(Path file) throws IOException {
      try (FileChannel out =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        rows.flip();
        while (rows.hasRemaining()) {
          out.write(rows);
        }
        out.force(true); // a name must not outlive its content when the power fails
        return file;
      } catch (IOException e) {
        throw new IOException("%s cannot be written: %s".formatted(file, e.getMessage()), e);
      }
    }

    @Override
    public void close() {
      rows = null;
    }
  }

  /** Maps one shard after the other into memory. */
  private final class Reader implements VectorReader {
    private int position;
    private int mappedShard = -1;
    private ByteBuffer mapped;

    @Override
    public int dimensions() {
      return dimensions;
    }

    @Override
    public int read(float[] vectors, int[] positions) {
      int limit = Math.min(vectors.length / dimensions, positions.length);
      int count = 0;
      while (count < limit && position < passages) {
        map(position / shardPassages);
        int rows = Math.min(limit - count, mapped.remaining() / rowBytes());
        storage.read(mapped, vectors, count * dimensions, rows * dimensions);
        for (int i = 0; i < rows; i++) {
          positions[count++] = position++;
        }
      }
      return count;
    }

    private void map(int shard) {
      if (shard == mappedShard) {
        return;
      }
      try (FileChannel in = FileChannel.open(file(shard), StandardOpenOption.READ)) {
        mapped = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size()).order(ByteOrder.LITTLE_ENDIAN);
        mappedShard = shard;
      } catch (IOException e) {
        throw new DataException("%s cannot be read: %s".formatted(file(shard), e), e);
      }
    }

    @Override
    public void close() {
      mapped = null;
    }
  }
}
