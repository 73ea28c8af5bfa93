package dev.questream.app.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.provenance.VectorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as numpy.lib.format describes them. */
class NpyWriterTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int DIMENSIONS = 5;

  /** The literal that numpy.lib.format writes: a Python dict with sorted keys. */
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d+), (\\d+)\\), \\} *\\n");

  @TempDir Path folder;

  private record Matrix(int rows, int columns, float[] values) {}

  private static Matrix parse(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[6];
    in.get(magic);
    assertThat(magic).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y');
    assertThat(in.get()).as("major version").isEqualTo((byte) 1);
    assertThat(in.get()).as("minor version").isEqualTo((byte) 0);
    byte[] header = new byte[Short.toUnsignedInt(in.getShort())];
    in.get(header);
    assertThat(in.position() % 64).as("alignment of the data").isZero();
    Matcher matcher = HEADER.matcher(new String(header, StandardCharsets.US_ASCII));
    assertThat(matcher.matches()).as(new String(header, StandardCharsets.US_ASCII)).isTrue();
    int rows = Integer.parseInt(matcher.group(1));
    int columns = Integer.parseInt(matcher.group(2));
    assertThat(in.remaining()).isEqualTo(rows * columns * Float.BYTES);
    float[] values = new float[rows * columns];
    in.asFloatBuffer().get(values);
    return new Matrix(rows, columns, values);
  }

  private static float[] write(NpyWriter writer, int rows) throws IOException {
    Random random = new Random(SEED);
    float[] all = new float[rows * DIMENSIONS];
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.intBitsToFloat(random.nextInt());
    }
    for (int i = 0; i < rows; i++) {
      float[] row = Arrays.copyOfRange(all, i * DIMENSIONS, (i + 1) * DIMENSIONS);
      writer.write("id", new Embedding(row, 1, 1));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10, 20_000})
  void shouldWriteAMatrixThatReadsBack(int rows) throws IOException {
    Path file = folder.resolve("out.npy");
    float[] expected;
    try (NpyWriter writer =
        new NpyWriter(
            OutputTarget.of(file.toString(), new ByteArrayOutputStream()),
            VectorType.FLOAT32,
            DIMENSIONS)) {
      expected = write(writer, rows);
      assertThat(file).doesNotExist();
      writer.commit();
    }
    Matrix matrix = parse(Files.readAllBytes(file));
    assertThat(matrix.rows()).isEqualTo(rows);
    assertThat(matrix.columns()).isEqualTo(DIMENSIONS);
    assertThat(matrix.values()).as("seed %d", SEED).containsExactly(expected);
    assertThat(list(folder)).containsExactly(file);
  }

  @Test
  void shouldWriteTheSameToStandardOutput() throws IOException {
    ByteArrayOutputStream standardOutput = new ByteArrayOutputStream();
    float[] expected;
    try (NpyWriter writer =
        new NpyWriter(OutputTarget.of("-", standardOutput), VectorType.FLOAT32, DIMENSIONS)) {
      expected = write(writer, 3);
      assertThat(standardOutput.size()).as("before it is complete").isZero();
      writer.commit();
    }
    assertThat(parse(standardOutput.toByteArray()).values())
        .as("seed %d", SEED)
        .containsExactly(expected);
  }

  @Test
  void shouldLeaveNothingWithoutCommit() throws IOException {
    ByteArrayOutputStream standardOutput = new ByteArrayOutputStream();
    try (NpyWriter writer =
        new NpyWriter(
            OutputTarget.of(folder.resolve("out.npy").toString(), standardOutput),
            VectorType.FLOAT32,
            DIMENSIONS)) {
      write(writer, 3);
    }
    try (NpyWriter writer =
        new NpyWriter(OutputTarget.of("-", standardOutput), VectorType.FLOAT32, DIMENSIONS)) {
      write(writer, 3);
    }
    assertThat(list(folder)).isEmpty();
    assertThat(standardOutput.size()).isZero();
  }

  @Test
  void shouldNotBeAbleToLeaveARowOut() throws IOException {
    try (NpyWriter writer =
        new NpyWriter(
            OutputTarget.of("-", new ByteArrayOutputStream()), VectorType.FLOAT32, DIMENSIONS)) {
      assertThat(writer.reject("1", "empty-text", "nothing to encode")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT8, |i1, 5", "BINARY, |i1, 1", "UBINARY, |u1, 1"})
  void shouldWriteABytePerElementInOtherTypes(VectorType type, String descr, int columns)
      throws IOException {
    Path file = folder.resolve("out.npy");
    float[] vector = type.from(new float[] {1, -1, 0.5f, 0, 0.25f});
    try (NpyWriter writer =
        new NpyWriter(
            OutputTarget.of(file.toString(), new ByteArrayOutputStream()), type, DIMENSIONS)) {
      writer.write("id", new Embedding(vector, 1, 1));
      writer.commit();
    }
    byte[] written = Files.readAllBytes(file);
    assertThat(new String(written, StandardCharsets.ISO_8859_1))
        .contains("'descr': '%s'".formatted(descr), "'shape': (1, %d)".formatted(columns));
    assertThat(Arrays.copyOfRange(written, written.length - columns, written.length))
        .isEqualTo(type.toBytes(vector));
    assertThat(written).hasSize(128 + columns);
  }

  private static java.util.List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
