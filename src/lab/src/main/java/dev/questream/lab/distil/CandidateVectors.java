package dev.questream.lab.distil;

import dev.questream.lab.retrieval.search.Ranking;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors of the passages that are candidates of some question, in a file: they are more than
 * belong into memory, and each is read in every epoch.
 */
final class CandidateVectors implements AutoCloseable {
  private static final int BLOCK = 1024;

  private final int[] positions; // sorted
  private final int dimensions;
  private final Path file;
  private final FileChannel channel;

  private CandidateVectors(int[] positions, int dimensions, Path file) throws IOException {
    this.positions = positions;
    this.dimensions = dimensions;
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /**
   * Takes those that rankings name, in one pass over all, unless an earlier run has done so.
   *
   * @param file that has them, or gets them
   */
  static CandidateVectors of(List<Ranking> rankings, VectorReader all, Path file)
      throws IOException {
    int[] wanted =
        rankings.stream()
            .flatMapToInt(ranking -> Arrays.stream(ranking.positions()))
            .sorted()
            .distinct()
            .toArray();
    if (!Files.exists(file)) {
      WorkFolder.writeFile(file, part -> write(wanted, all, part));
    }
    return new CandidateVectors(wanted, all.dimensions(), file);
  }

  private static void write(int[] wanted, VectorReader all, Path file) throws IOException {
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      float[] block = new float[BLOCK * all.dimensions()];
      int[] read = new int[BLOCK];
      int next = 0;
      for (int rows = all.read(block, read); rows > 0; rows = all.read(block, read)) {
        for (int row = 0; row < rows && next < wanted.length; row++) {
          if (read[row] == wanted[next]) {
            next++;
            for (int i = 0; i < all.dimensions(); i++) {
              out.writeFloat(block[row * all.dimensions() + i]);
            }
          }
        }
      }
    }
  }

  /** The vector of the passage at a position. */
  float[] read(int position) throws IOException {
    long row = Arrays.binarySearch(positions, position);
    ByteBuffer bytes = ByteBuffer.allocate(dimensions * Float.BYTES);
    long at = row * bytes.capacity();
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw new IOException("%s ends before passage %,d".formatted(file, position));
      }
    }
    float[] vector = new float[dimensions];
    bytes.flip().asFloatBuffer().get(vector);
    return vector;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
