package dev.questream.lab.retrieval.search;

import dev.questream.engine.TorchInnerProducts;
import dev.questream.lab.retrieval.PassageFiles;
import dev.questream.lab.retrieval.vector.NpyVectors;
import dev.questream.lab.retrieval.vector.VectorReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The search as a process of its own, for {@code scripts/evaluate/compare_search.py}: reads {@code
 * questions.npy} and {@code passages.npy} of a folder, writes {@code positions.bin} and {@code
 * scores.bin}, and prints the seconds that the search took.
 */
public final class SearchComparison {
  private static final long MEMORY = 1L << 30;

  private SearchComparison() {}

  /**
   * @param arguments folder, k, threads
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int k = Integer.parseInt(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    float[] questions = all(folder.resolve("questions.npy"));
    try (NpyVectors passages = open(folder.resolve("passages.npy"))) {
      int dimensions = passages.dimensions();
      SearchPlan plan =
          SearchPlan.of(MEMORY, questions.length / dimensions, dimensions, k, threads);
      warmUp(plan, questions, dimensions);
      long start = System.nanoTime();
      List<Ranking> rankings =
          ExactSearch.run(plan, questions, dimensions, passages, TorchInnerProducts::new, n -> {});
      double seconds = (System.nanoTime() - start) / 1e9;
      write(folder, rankings, k);
      System.out.println(seconds);
    }
  }

  private static NpyVectors open(Path file) throws IOException {
    Path folder = Files.createTempDirectory("search-comparison-");
    return new NpyVectors(file, PassageFiles.numbered(folder, rows(file)));
  }

  /** Reads the number of rows from the header: {@code 'shape': (rows, columns)}. */
  private static int rows(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      String header = new String(in.readNBytes(128), java.nio.charset.StandardCharsets.US_ASCII);
      return Integer.parseInt(header.replaceFirst("(?s).*'shape': \\((\\d+),.*", "$1"));
    }
  }

  private static float[] all(Path file) throws IOException {
    try (NpyVectors vectors = open(file)) {
      float[] all = new float[rows(file) * vectors.dimensions()];
      vectors.read(all, new int[rows(file)]);
      return all;
    }
  }

  /** Loads the library and compiles the loops, as the other sides' are. */
  private static void warmUp(SearchPlan plan, float[] questions, int dimensions) {
    VectorReader zeros =
        new VectorReader() {
          private int left = 4;

          @Override
          public int dimensions() {
            return dimensions;
          }

          @Override
          public int read(float[] vectors, int[] positions) {
            return left-- > 0 ? positions.length : 0;
          }

          @Override
          public void close() {}
        };
    ExactSearch.run(plan, questions, dimensions, zeros, TorchInnerProducts::new, n -> {});
  }

  private static void write(Path folder, List<Ranking> rankings, int k) throws IOException {
    ByteBuffer positions =
        ByteBuffer.allocate(rankings.size() * k * 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer scores = ByteBuffer.allocate(rankings.size() * k * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (Ranking ranking : rankings) {
      for (int i = 0; i < k; i++) {
        positions.putInt(ranking.positions()[i]);
        scores.putFloat(ranking.scores()[i]);
      }
    }
    write(folder.resolve("positions.bin"), positions.flip());
    write(folder.resolve("scores.bin"), scores.flip());
  }

  private static void write(Path file, ByteBuffer content) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(content);
    }
  }
}
