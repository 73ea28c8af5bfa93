package dev.questream.lab.retrieval.vector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Writes vectors into shards in any order, each as often as it comes. Every position must be
 * written before they are read.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class ScatteredRows implements AutoCloseable {
  private final PassageShards shards;
  private final ByteBuffer row;
  private final float[] none;
  private int shard = -1;
  private FileChannel open; // of that shard

  ScatteredRows(PassageShards shards) {
    this.shards = shards;
    this.row = ByteBuffer.allocate(shards.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    this.none = new float[shards.dimensions()];
    Arrays.fill(none, Float.NaN);
  }

  /**
   * Writes the vector of a passage over what was there.
   *
   * @param vector null for a passage that has none
   */
  public void put(int position, float[] vector) throws IOException {
    row.clear();
    shards.storage().write(vector == null ? none : vector, row);
    row.flip();
    open(position / shards.shardPassages());
    long at = (long) (position % shards.shardPassages()) * shards.rowBytes();
    while (row.hasRemaining()) {
      at += open.write(row, at);
    }
  }

  private void open(int wanted) throws IOException {
    if (wanted != shard) {
      close();
      shard = wanted;
      Path file = shards.file(wanted);
      open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
      open = null;
      shard = -1;
    }
  }
}
