package dev.questream.weights;

import static dev.questream.checkpoint.TinyCheckpoint.floats;
import static dev.questream.checkpoint.TinyCheckpoint.safetensors;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsCheckpointTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  /** Two tensors: a of 2 x 2 floats, b of one. */
  private static final String TWO =
      """
      {"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
      "b":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}""";

  @TempDir Path folder;
  private int files;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model-" + files++ + ".safetensors"), bytes);
  }

  private Path write(String header, int dataBytes) throws IOException {
    return write(safetensors(header, new byte[dataBytes]));
  }

  /** The header of a file with one tensor. */
  private static String one(String dtype, String shape, String offsets) {
    return "{\"weight\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(dtype, shape, offsets);
  }

  private void assertRefused(Path file, String... said) {
    assertThatThrownBy(() -> SafetensorsCheckpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("is no safetensors file, or damaged")
        .satisfies(e -> assertThat(List.of(said)).allMatch(e.getMessage()::contains));
  }

  @Test
  void shouldReadFloat32() throws IOException {
    Path file = write(safetensors(TWO, floats(1, -2, 3.5f, Float.MIN_VALUE, 42)));
    Checkpoint checkpoint = Checkpoint.open(file);
    assertThat(checkpoint.file()).isEqualTo(file);
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b");
    assertThat(checkpoint.shape("a")).isEqualTo(TensorShape.of(2, 2));
    Tensor a = checkpoint.read("a");
    assertThat(a.type()).isEqualTo(ElementType.FLOAT32);
    assertThat(a.shape()).isEqualTo(TensorShape.of(2, 2));
    float[] found = new float[4];
    a.data().asFloatBuffer().get(found);
    assertThat(found).containsExactly(1, -2, 3.5f, Float.MIN_VALUE);
    assertThat(checkpoint.read("b").data().getFloat(0)).isEqualTo(42);
  }

  @ParameterizedTest
  @CsvSource({"F16,FLOAT16", "BF16,BFLOAT16"})
  void shouldReadHalfWidths(String dtype, ElementType type) throws IOException {
    byte[] data = {0x00, 0x3c, (byte) 0x80, (byte) 0xbf};
    Tensor tensor =
        SafetensorsCheckpoint.open(write(safetensors(one(dtype, "[2]", "[0,4]"), data)))
            .read("weight");
    assertThat(tensor.type()).isEqualTo(type);
    assertThat(tensor.data().remaining()).isEqualTo(4);
    assertThat(tensor.data().getShort(0)).isEqualTo((short) 0x3c00);
    assertThat(tensor.data().getShort(2)).isEqualTo((short) 0xbf80);
  }

  @Test
  void shouldReadWhateverTheOrderInTheHeader() throws IOException {
    String header =
        """
        {"b":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},\
        "__metadata__":{"format":"pt"},\
        "a":{"data_offsets":[0,16],"shape":[2,2],"dtype":"F32"}}    """;
    Checkpoint checkpoint =
        SafetensorsCheckpoint.open(write(safetensors(header, floats(1, 2, 3, 4, 5))));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b");
    assertThat(checkpoint.read("b").data().getFloat(0)).isEqualTo(5);
  }

  @Test
  void shouldReadScalarsAndEmptyTensors() throws IOException {
    String header =
        """
        {"empty":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},\
        "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}""";
    Checkpoint checkpoint = SafetensorsCheckpoint.open(write(safetensors(header, floats(9))));
    assertThat(checkpoint.read("empty").data().remaining()).isZero();
    assertThat(checkpoint.read("scalar").data().getFloat(0)).isEqualTo(9);
  }

  @Test
  void shouldSayWhichTensorIsNotThere() throws IOException {
    Path file = write(TWO, 20);
    Checkpoint checkpoint = SafetensorsCheckpoint.open(file);
    assertThatThrownBy(() -> checkpoint.read("c"))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " has no tensor c");
    assertThatThrownBy(() -> checkpoint.shape("c"))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " has no tensor c");
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() {
    Path file = folder.resolve("absent.safetensors");
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " does not exist");
  }

  @Test
  void shouldRefuseAFolder() {
    assertThatThrownBy(() -> SafetensorsCheckpoint.open(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(folder.toString());
  }

  @Test
  void shouldRefuseAnUnknownKindOfFile() throws IOException {
    Path file = Files.write(folder.resolve("tf_model.h5"), new byte[100]);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), ".safetensors", ".onnx");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void shouldRefuseAFileShorterThanItsFirstField(int bytes) throws IOException {
    assertRefused(write(new byte[bytes]), "only " + bytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 93, 1_000, 100_000_001L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void shouldRefuseAHeaderLengthThatCannotBe(long length) throws IOException {
    byte[] bytes =
        ByteBuffer.allocate(8 + 92).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    assertRefused(
        write(bytes), "header claims " + Long.toUnsignedString(length) + " bytes of the 92");
  }

  @Test
  void shouldRefuseAHeaderOverTheBoundOfTheFormat() throws IOException {
    byte[] bytes = new byte[8 + 100_000_001];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(100_000_001);
    assertRefused(write(bytes), "header claims 100000001 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":", "  ", "not json", "{'a':1}", "{\"a\" 1}", "\u0000\u0000"})
  void shouldRefuseAHeaderThatIsNoJson(String header) throws IOException {
    assertRefused(write(header, 0), "its header is no JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "42", "\"text\"", "null"})
  void shouldRefuseAHeaderThatIsNoObject(String header) throws IOException {
    assertRefused(write(header, 0), "its header is no JSON object");
  }

  @Test
  void shouldRefuseAHeaderWithMoreThanItsObject() throws IOException {
    assertRefused(write(TWO + "{}", 20), "header");
  }

  @Test
  void shouldRefuseADeeplyNestedHeader() throws IOException {
    assertRefused(write("{\"a\":" + "[".repeat(200_000), 0), "its header is no JSON");
  }

  @Test
  void shouldRefuseANameThatIsThereTwice() throws IOException {
    String twice = TWO.replace("\"b\"", "\"a\"");
    assertRefused(write(twice, 20), "Duplicate field 'a'");
  }

  @Test
  void shouldRefuseTensorsThatOverlap() throws IOException {
    String header =
        """
        {"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
        "b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""";
    assertRefused(write(header, 16), "tensor b lies at 12 to 16, expected to begin at 16");
  }

  @Test
  void shouldRefuseAHoleBetweenTensors() throws IOException {
    String header = TWO.replace("[16,20]", "[20,24]");
    assertRefused(write(header, 24), "tensor b lies at 20 to 24, expected to begin at 16");
  }

  @Test
  void shouldRefuseAHoleBeforeTheFirstTensor() throws IOException {
    assertRefused(write(one("F32", "[1]", "[4,8]"), 8), "weight", "expected to begin at 0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[3]|[0,16]",
        "[5]|[0,16]",
        "[4,4]|[0,16]",
        "[0]|[0,16]",
        "[]|[0,16]",
        "[4]|[0,15]",
      })
  void shouldRefuseASizeThatDoesNotFitTheShape(String shape, String offsets) throws IOException {
    assertRefused(write(one("F32", shape, offsets), 16), "tensor weight", "does not fill");
  }

  @Test
  void shouldRefuseTrailingBytes() throws IOException {
    assertRefused(write(TWO, 21), "tensors end at byte 20 of 21");
    assertRefused(write("{}", 1), "tensors end at byte 0 of 1");
  }

  @Test
  void shouldRefuseDataThatIsCutOff() throws IOException {
    assertRefused(write(TWO, 19), "tensors end at byte 20 of 19");
    assertRefused(write(TWO, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[-1]", "[-2,-2]", "[4,-1,-1]", "[-9223372036854775808]"})
  void shouldRefuseANegativeDimension(String shape) throws IOException {
    assertRefused(write(one("F32", shape, "[0,16]"), 16), "negative dimension -");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[4294967296,4294967296]",
        "[9223372036854775807,2]",
        "[4611686018427387905]",
        "[2305843009213693952,2]",
        "[9223372036854775808]",
        "[1e2]",
        "[4.0]",
        "[\"4\"]",
        "[null]",
        "[[4]]"
      })
  void shouldRefuseADimensionThatCannotBe(String shape) throws IOException {
    assertRefused(write(one("F32", shape, "[0,16]"), 16), "tensor");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[0]",
        "[0,16,32]",
        "[]",
        "{}",
        "null",
        "16",
        "[16,0]",
        "[-16,0]",
        "[0,1e1]",
        "[0,\"16\"]",
        "[0,9223372036854775807]",
        "[0,18446744073709551616]",
        "[-1,9223372036854775807]"
      })
  void shouldRefuseOffsetsThatCannotBe(String offsets) throws IOException {
    assertRefused(write(one("F32", "[4]", offsets), 16), "tensor weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F4", "I128", "f32", "", "F8_E8M0", "F32 "})
  void shouldRefuseAnElementTypeThatIsNotRead(String dtype) throws IOException {
    assertRefused(write(one(dtype, "[4]", "[0,16]"), 16), "the element type " + dtype + " is not");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{}}",
        "{\"a\":null}",
        "{\"a\":[1,2]}",
        "{\"a\":{\"dtype\":\"F32\"}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4]}}",
        "{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}"
      })
  void shouldRefuseATensorWithoutItsFields(String header) throws IOException {
    assertRefused(write(header, 4));
  }

  @Test
  void shouldRefuseAFileThatIsCutAnywhere() throws IOException {
    byte[] whole = safetensors(TWO, floats(1, 2, 3, 4, 5));
    for (int length = 0; length < whole.length; length++) {
      Path file = write(Arrays.copyOf(whole, length));
      assertThat(catchThrowable(() -> SafetensorsCheckpoint.open(file)))
          .as("cut after %d bytes", length)
          .isInstanceOf(ModelException.class);
    }
  }

  @Test
  void shouldSurviveRandomDamage() throws IOException {
    Random random = new Random(SEED);
    byte[] whole = safetensors(TWO, floats(1, 2, 3, 4, 5));
    for (int round = 0; round < 5_000; round++) {
      byte[] damaged = whole.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      Path file = write(damaged);
      Throwable thrown = catchThrowable(() -> readAll(SafetensorsCheckpoint.open(file)));
      Files.delete(file);
      if (thrown != null) {
        assertThat(thrown).as("seed %d, round %d", SEED, round).isInstanceOf(ModelException.class);
      }
    }
  }

  private static void readAll(Checkpoint checkpoint) {
    for (String name : checkpoint.names()) {
      assertThat(checkpoint.read(name).shape()).isEqualTo(checkpoint.shape(name));
    }
  }
}
