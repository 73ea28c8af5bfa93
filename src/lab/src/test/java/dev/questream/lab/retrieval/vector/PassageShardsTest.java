package dev.questream.lab.retrieval.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.io.DataException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFiles;
import dev.questream.provenance.Provenance;
import dev.questream.testing.TestInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shards as a guarantee: what was made of something else is never read, what is whole is kept. */
class PassageShardsTest {
  private static final int PASSAGES = 10;
  private static final int SHARD = 4;

  @TempDir Path folder;
  private Path vectors;
  private PassageCollection passages;

  @BeforeEach
  void prepare() {
    vectors = folder.resolve("vectors");
    passages = PassageFiles.numbered(folder, PASSAGES);
  }

  private static EncoderInfo encoder() {
    return TestInfo.of("m", "w".repeat(64), "fp32", 3);
  }

  private PassageShards open(EncoderInfo encoder, StorageType storage) throws IOException {
    return PassageShards.open(vectors, encoder, passages, storage, SHARD);
  }

  /** Exact in every storage type. */
  private static float[] vector(int i) {
    return new float[] {i, i + 0.5f, -i};
  }

  private void write(int from, int to, StorageType storage) throws IOException {
    try (PassageShards shards = open(encoder(), storage);
        PassageShards.Writer writer = shards.writer()) {
      assertThat(shards.stored()).isEqualTo(from);
      for (int i = from; i < to; i++) {
        writer.add(i == 5 ? null : vector(i));
      }
    }
  }

  private void assertWhole(StorageType storage) throws IOException {
    PassageShards shards = open(encoder(), storage);
    shards.close();
    assertThat(shards.stored()).isEqualTo(PASSAGES);
    assertThat(shards.missingBytes()).isZero();
    for (int block = 1; block < 12; block++) {
      List<Integer> seen = new ArrayList<>();
      try (VectorReader reader = shards.reader()) {
        float[] rows = new float[block * 3];
        int[] positions = new int[block];
        for (int n = reader.read(rows, positions); n > 0; n = reader.read(rows, positions)) {
          for (int i = 0; i < n; i++) {
            int position = positions[i];
            seen.add(position);
            float[] expected =
                position == 5 ? new float[] {Float.NaN, Float.NaN, Float.NaN} : vector(position);
            assertThat(java.util.Arrays.copyOfRange(rows, 3 * i, 3 * i + 3)).isEqualTo(expected);
          }
        }
      }
      assertThat(seen).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
  }

  @ParameterizedTest
  @EnumSource(StorageType.class)
  void shouldGiveBackWhatWasWritten(StorageType storage) throws IOException {
    write(0, PASSAGES, storage);
    assertWhole(storage);
  }

  @Test
  void shouldContinueBehindTheLastWholeShard() throws IOException {
    write(0, 6, StorageType.FLOAT32); // ends in the midst of the second shard
    assertThatThrownBy(
            () -> {
              try (PassageShards shards = open(encoder(), StorageType.FLOAT32)) {
                shards.reader().close();
              }
            })
        .isInstanceOf(DataException.class)
        .hasMessageContaining("holds the vectors of 4 of 10 passages");
    write(4, PASSAGES, StorageType.FLOAT32);
    assertWhole(StorageType.FLOAT32);
  }

  @Test
  void shouldEncodeAShardAgainThatWasCut() throws IOException {
    write(0, PASSAGES, StorageType.FLOAT32);
    Path second = vectors.resolve("shard-000001.float32");
    byte[] bytes = Files.readAllBytes(second);
    Files.write(second, java.util.Arrays.copyOf(bytes, bytes.length - 1));
    Files.write(vectors.resolve("shard-000001.float32.part"), new byte[7]); // left by a kill
    write(4, PASSAGES, StorageType.FLOAT32);
    assertWhole(StorageType.FLOAT32);
  }

  @Test
  void shouldRefuseWhatWasMadeOfSomethingElse() throws IOException {
    write(0, PASSAGES, StorageType.FLOAT32);
    assertRefused(
        TestInfo.of("other", "v".repeat(64), "fp32", 3),
        "holds vectors of the model m (weights wwwwwwwwwwww), and here the model is other");
    assertRefused(TestInfo.of("m", "w".repeat(64), "bf16", 3), "precision=fp32");
    Provenance.Computation spaced =
        new Provenance.Computation("mean", false, "fp32", "", 3).withTemplate("{title} {text}");
    assertRefused(
        new EncoderInfo(
            new Provenance(encoder().provenance().model(), spaced), encoder().role(), 512),
        "and here it is passage.template={title} {text}");
    passages = PassageFiles.numbered(folder, PASSAGES + 1);
    assertRefused(encoder(), "the passage file has another content");
    passages = PassageFiles.numbered(folder, PASSAGES);
    open(TestInfo.of("renamed", "w".repeat(64), "fp32", 3), StorageType.FLOAT32).close();
  }

  private void assertRefused(EncoderInfo encoder, String message) {
    assertThatThrownBy(() -> open(encoder, StorageType.FLOAT32))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("--passage-embeddings");
  }

  @Test
  void shouldLetOnlyOneWriterIn() throws IOException {
    try (PassageShards first = open(encoder(), StorageType.FLOAT32)) {
      assertThat(first.stored()).isZero();
      assertThatThrownBy(() -> open(encoder(), StorageType.FLOAT32))
          .hasMessageContaining("another process is writing");
    }
    open(encoder(), StorageType.FLOAT32).close();
  }
}
