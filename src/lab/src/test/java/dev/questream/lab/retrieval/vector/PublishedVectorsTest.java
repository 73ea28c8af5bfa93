package dev.questream.lab.retrieval.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pickles and matrices written by Python and NumPy (scripts/evaluate/make_vector_fixtures.py). */
class PublishedVectorsTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final Path FIXTURES = Path.of("src/test/resources/retrieval/vectors");

  @TempDir Path folder;

  /** Position and vector of everything, read in blocks of {@code block}. */
  private static Map<Integer, float[]> readAll(VectorReader reader, int block) {
    Map<Integer, float[]> all = new TreeMap<>();
    float[] vectors = new float[block * reader.dimensions()];
    int[] positions = new int[block];
    for (int n = reader.read(vectors, positions); n > 0; n = reader.read(vectors, positions)) {
      for (int i = 0; i < n; i++) {
        int from = i * reader.dimensions();
        all.put(positions[i], Arrays.copyOfRange(vectors, from, from + reader.dimensions()));
      }
    }
    return all;
  }

  private Map<Integer, float[]> read(Path file, int passages, int block) {
    PassageCollection collection = PassageFiles.numbered(folder, passages);
    try (VectorReader reader = PublishedVectors.open(file, collection)) {
      return readAll(reader, block);
    }
  }

  /** As the script made it: vector i is [i, i + 0.25, i + 0.5, i + 0.75]. */
  private static void assertVectors(Map<Integer, float[]> vectors, int... numbers) {
    assertThat(vectors).hasSize(numbers.length);
    for (int number : numbers) {
      assertThat(vectors.get(number - 1))
          .containsExactly(number, number + 0.25f, number + 0.5f, number + 0.75f);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "protocol2.pkl", "protocol3.pkl", "protocol4.pkl", "numpy1.pkl", "number-ids.pkl",
        "prefixed-ids.pkl", "shuffled.pkl", "matrix-rows.pkl", "float32.npy", "float16.npy",
        "version2.npy"
      })
  void shouldReadWhatPythonWrote(String name) {
    for (int block : new int[] {1, 2, 5, 64}) {
      assertVectors(read(FIXTURES.resolve(name), 5, block), 1, 2, 3, 4, 5);
    }
  }

  @Test
  void shouldReadLongListsWithAShortMemo() {
    Map<Integer, float[]> vectors = read(FIXTURES.resolve("long.pkl"), 1500, 100);
    assertVectors(vectors, java.util.stream.IntStream.rangeClosed(1, 1500).toArray());
  }

  @Test
  void shouldReadAFolderOfPickles() throws IOException {
    Files.copy(FIXTURES.resolve("gap.pkl"), folder.resolve("wiki_1")); // 1, 2 and 4
    Files.writeString(folder.resolve("README"), "no vectors");
    assertVectors(read(folder, 5, 2), 1, 2, 4);
  }

  @Test
  void shouldCountPassagesWithoutAVector() {
    PassageCollection passages = PassageFiles.numbered(folder, 5);
    try (PickledVectors reader =
        (PickledVectors) PublishedVectors.open(FIXTURES.resolve("gap.pkl"), passages)) {
      readAll(reader, 2);
      assertThat(reader.missing()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "harmful.pkl | wants to call posix.system when it is read",
        "unknown-id.pkl | the vector of passage 6 has an id that no passage",
        "twice.pkl | the vector of passage 1 comes twice",
        "two-lengths.pkl | the vector of passage 5 has 3 dimensions, the first has 4",
        "float64.pkl | elements of type <f8, expected <f4",
        "big-endian.pkl | elements of type >f4, expected <f4",
        "no-vectors.pkl | the second element of a row is no NumPy array",
        "dict.pkl | uses the operation 0x7d",
        "protocol5.pkl | it has protocol 5; 2 to 4 are read",
        "empty.pkl | there is no vector in",
        "float64.npy | its elements are <f8, expected <f4 or <f2",
        "column-order.npy | it lies in column order",
        "vector.npy | its header is no matrix's"
      })
  void shouldRefuseAnythingElse(String name, String message) {
    assertThatThrownBy(() -> read(FIXTURES.resolve(name), 5, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "N", ")"})
  void shouldBoundWhatAPickleHeaps(String operation) throws IOException {
    Path heap = folder.resolve("heap.pkl");
    Files.writeString(heap, operation.repeat(20_001));
    assertThatThrownBy(() -> read(heap, 5, 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("nests or batches more than 20000 values");
  }

  @Test
  void shouldRefuseAMatrixOfOtherPassages() {
    assertThatThrownBy(() -> read(FIXTURES.resolve("float32.npy"), 6, 2))
        .hasMessageContaining("it is a matrix [5, 4], and there are 6 passages");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"protocol2.pkl", "protocol3.pkl", "protocol4.pkl", "float32.npy", "version2.npy"})
  void shouldRefuseEveryTruncation(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FIXTURES.resolve(name));
    PassageCollection passages = PassageFiles.numbered(folder, 5);
    Path cut = folder.resolve(name);
    for (int length = 0; length < whole.length; length++) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertThatThrownBy(
              () -> {
                try (VectorReader reader = PublishedVectors.open(cut, passages)) {
                  readAll(reader, 2);
                }
              })
          .as("cut to %d of %d bytes", length, whole.length)
          .isInstanceOf(DataException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"protocol2.pkl", "protocol4.pkl", "shuffled.pkl", "float32.npy"})
  void shouldFailOnlyInOneWayHoweverBytesAreDamaged(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FIXTURES.resolve(name));
    PassageCollection passages = PassageFiles.numbered(folder, 5);
    Path damaged = folder.resolve(name);
    Random random = new Random(SEED);
    for (int i = 0; i < whole.length; i++) {
      byte[] bytes = whole.clone();
      bytes[i] = (byte) random.nextInt(256);
      Files.write(damaged, bytes);
      assertThatCode(
              () -> {
                try (VectorReader reader = PublishedVectors.open(damaged, passages)) {
                  readAll(reader, 2);
                } catch (DataException e) {
                  assertThat(e).hasMessageContaining(name);
                }
              })
          .as("seed %d, byte %d of %s", SEED, i, name)
          .doesNotThrowAnyException();
    }
  }
}
