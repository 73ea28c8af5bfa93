package dev.questream.weights;

import static dev.questream.checkpoint.TinyCheckpoint.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are built by hand, with the field numbers of {@code onnx.proto}. */
class OnnxCheckpointTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int FLOAT16 = 10;

  @TempDir Path folder;
  private int files;

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] tensor(String name, int type, byte[] raw, long... dimensions) {
    return message(
        out -> {
          for (long dimension : dimensions) {
            out.writeInt64(1, dimension);
          }
          out.writeInt32(2, type);
          out.writeString(8, name);
          out.writeByteArray(9, raw);
        });
  }

  private static byte[] node(String operation, String name, String... inputs) {
    return message(
        out -> {
          for (String input : inputs) {
            out.writeString(1, input);
          }
          out.writeString(2, name + "_output_0");
          out.writeString(3, name);
          out.writeString(4, operation);
        });
  }

  private static Fields nodeIn(byte[] node) {
    return graph -> graph.writeByteArray(1, node);
  }

  private static Fields tensorIn(byte[] tensor) {
    return graph -> graph.writeByteArray(5, tensor);
  }

  private static byte[] model(Fields... graphFields) {
    byte[] graph =
        message(
            out -> {
              out.writeString(2, "main_graph");
              for (Fields fields : graphFields) {
                fields.write(out);
              }
            });
    return message(
        out -> {
          out.writeInt64(1, 8);
          out.writeString(2, "pytorch");
          out.writeByteArray(7, graph);
          out.writeByteArray(8, message(version -> version.writeInt64(2, 14)));
        });
  }

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model-" + files++ + ".onnx"), bytes);
  }

  private Checkpoint open(Fields... graphFields) throws IOException {
    return Checkpoint.open(write(model(graphFields)));
  }

  private static float[] floatsOf(Tensor tensor) {
    float[] found = new float[Math.toIntExact(tensor.shape().elements())];
    tensor.data().asFloatBuffer().get(found);
    return found;
  }

  private static byte[] small() {
    return model(
        nodeIn(node("MatMul", "/encoder/layer.0/output/dense/MatMul", "x", "onnx::MatMul_7")),
        nodeIn(node("Add", "/encoder/layer.0/output/dense/Add", "encoder.bias", "y")),
        tensorIn(tensor("encoder.bias", FLOAT, floats(7, 8, 9), 3)),
        tensorIn(tensor("onnx::MatMul_7", FLOAT, floats(1, 2, 3, 4, 5, 6), 2, 3)));
  }

  @Test
  void shouldReadAnInitializerUnderItsName() throws IOException {
    Checkpoint checkpoint = open(tensorIn(tensor("norm.weight", FLOAT, floats(1, 2, 3), 3)));
    assertThat(checkpoint.names()).containsExactly("norm.weight");
    assertThat(checkpoint.shape("norm.weight")).isEqualTo(TensorShape.of(3));
    Tensor tensor = checkpoint.read("norm.weight");
    assertThat(tensor.type()).isEqualTo(ElementType.FLOAT32);
    assertThat(floatsOf(tensor)).containsExactly(1, 2, 3);
  }

  @Test
  void shouldNameAndTransposeTheWeightOfALinearLayer() throws IOException {
    Checkpoint checkpoint = Checkpoint.open(write(small()));
    assertThat(checkpoint.names())
        .containsExactlyInAnyOrder("encoder.bias", "encoder.layer.0.output.dense.weight");
    String name = "encoder.layer.0.output.dense.weight";
    assertThat(checkpoint.shape(name)).isEqualTo(TensorShape.of(3, 2));
    Tensor weight = checkpoint.read(name);
    assertThat(weight.name()).isEqualTo(name);
    assertThat(weight.shape()).isEqualTo(TensorShape.of(3, 2));
    assertThat(floatsOf(weight)).containsExactly(1, 4, 2, 5, 3, 6);
    assertThat(floatsOf(checkpoint.read("encoder.bias"))).containsExactly(7, 8, 9);
  }

  @Test
  void shouldNameTheWeightWhereverItsNodeStands() throws IOException {
    Checkpoint checkpoint =
        open(
            tensorIn(tensor("onnx::MatMul_7", FLOAT, floats(1, 2), 1, 2)),
            nodeIn(node("MatMul", "encoder/dense/MatMul", "x", "onnx::MatMul_7")));
    assertThat(checkpoint.names()).containsExactly("encoder.dense.weight");
    assertThat(checkpoint.shape("encoder.dense.weight")).isEqualTo(TensorShape.of(2, 1));
  }

  @Test
  void shouldLeaveOtherNodesAlone() throws IOException {
    byte[] raw = floats(1, 2);
    Checkpoint checkpoint =
        open(
            nodeIn(node("Gemm", "/a/MatMul", "x", "a")),
            nodeIn(node("MatMul", "/b/MatMul_1", "x", "b")),
            nodeIn(node("MatMul", "/c/MatMul", "c")),
            nodeIn(node("MatMul", "/d/MatMul", "x", "not there")),
            nodeIn(node("MatMul", "/e/MatMul", "x", "e")),
            tensorIn(tensor("a", FLOAT, raw, 2, 1)),
            tensorIn(tensor("b", FLOAT, raw, 2, 1)),
            tensorIn(tensor("c", FLOAT, raw, 2, 1)),
            tensorIn(tensor("e", FLOAT, raw, 2)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a", "b", "c", "e");
    assertThat(checkpoint.shape("a")).isEqualTo(TensorShape.of(2, 1));
  }

  @Test
  void shouldGiveAWeightThatTwoLayersShareToBoth() throws IOException {
    Checkpoint checkpoint =
        open(
            nodeIn(node("MatMul", "/a/MatMul", "x", "shared")),
            nodeIn(node("MatMul", "/b/MatMul", "x", "shared")),
            tensorIn(tensor("shared", FLOAT, floats(1, 2), 2, 1)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a.weight", "b.weight");
    assertThat(floatsOf(checkpoint.read("b.weight"))).containsExactly(1, 2);
  }

  @Test
  void shouldReadPackedDimensions() throws IOException {
    byte[] packed =
        message(
            out -> {
              out.writeInt64NoTag(2);
              out.writeInt64NoTag(1);
              out.writeInt64NoTag(2);
            });
    byte[] tensor =
        message(
            out -> {
              out.writeByteArray(9, floats(1, 2, 3, 4));
              out.writeString(8, "packed");
              out.writeInt32(2, FLOAT);
              out.writeByteArray(1, packed);
            });
    Checkpoint checkpoint = open(tensorIn(tensor));
    assertThat(checkpoint.shape("packed")).isEqualTo(TensorShape.of(2, 1, 2));
    assertThat(floatsOf(checkpoint.read("packed"))).containsExactly(1, 2, 3, 4);
  }

  @Test
  void shouldReadOtherElementTypes() throws IOException {
    byte[] eight = new byte[8];
    eight[0] = 5;
    Checkpoint checkpoint =
        open(
            tensorIn(tensor("long", INT64, eight, 1)),
            tensorIn(tensor("half", FLOAT16, new byte[] {0, 0x3c}, 1)),
            tensorIn(tensor("brain", 16, new byte[] {(byte) 0x80, 0x3f}, 1)),
            tensorIn(tensor("bool", 9, new byte[] {1}, 1)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("long", "half", "brain");
    assertThat(checkpoint.read("long").type()).isEqualTo(ElementType.INT64);
    assertThat(checkpoint.read("long").data().getLong(0)).isEqualTo(5);
    assertThat(checkpoint.read("half").type()).isEqualTo(ElementType.FLOAT16);
    assertThat(checkpoint.read("brain").type()).isEqualTo(ElementType.BFLOAT16);
    assertThat(checkpoint.read("brain").data().getShort(0)).isEqualTo((short) 0x3f80);
  }

  @Test
  void shouldRefuseAHalfWidthMatrixThatWouldHaveToBeTransposed() throws IOException {
    Checkpoint checkpoint =
        open(
            nodeIn(node("MatMul", "/a/MatMul", "x", "half")),
            tensorIn(tensor("half", FLOAT16, new byte[4], 2, 1)));
    assertThatThrownBy(() -> checkpoint.read("a.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("FLOAT16");
  }

  @Test
  void shouldSayWhichTensorIsNotThere() throws IOException {
    Path file = write(small());
    Checkpoint checkpoint = Checkpoint.open(file);
    assertThatThrownBy(() -> checkpoint.read("onnx::MatMul_7"))
        .isInstanceOf(ModelException.class)
        .hasMessage(file + " has no tensor onnx::MatMul_7");
    assertThatThrownBy(() -> checkpoint.shape("x")).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldRefuseWeightsInAnotherFile() throws IOException {
    byte[] location =
        message(
            entry -> {
              entry.writeString(1, "location");
              entry.writeString(2, "../../etc/passwd");
            });
    byte[] tensor =
        message(
            out -> {
              out.writeInt64(1, 2);
              out.writeInt32(2, FLOAT);
              out.writeString(8, "elsewhere");
              out.writeByteArray(13, location);
              out.writeEnum(14, 1);
            });
    Path file = write(model(tensorIn(tensor)));
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            file.toString(), "elsewhere", "lies in another file", "with its weights inside");
  }

  @Test
  void shouldRefuseAFileWithoutWeights() throws IOException {
    Path noGraph = write(message(out -> out.writeInt64(1, 8)));
    Path noTensor = write(model(nodeIn(node("Add", "/a/Add", "x", "y"))));
    Path empty = write(new byte[0]);
    for (Path file : new Path[] {noGraph, noTensor, empty}) {
      assertThatThrownBy(() -> Checkpoint.open(file))
          .isInstanceOf(ModelException.class)
          .hasMessage(file + " is no ONNX file, or one without weights");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PK\u0003\u0004 a zip", "<html>not found</html>", "{\"json\": true}"})
  void shouldRefuseWhatIsNoOnnxFile(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), content);
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file + " is no ONNX file");
  }

  @Test
  void shouldRefuseANegativeDimension() throws IOException {
    Path file = write(model(tensorIn(tensor("odd", FLOAT, floats(1), -1))));
    assertThatThrownBy(() -> readAll(Checkpoint.open(file)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("negative dimension -1");
  }

  @Test
  void shouldNameTheFileOfANegativeDimension() throws IOException {
    Path file = write(model(tensorIn(tensor("odd", FLOAT, floats(1), -1))));
    assertThatThrownBy(() -> readAll(Checkpoint.open(file)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void shouldRefuseMoreDimensionsThanATensorHas() throws IOException {
    long[] dimensions = new long[9];
    Arrays.fill(dimensions, 1);
    Path unpacked = write(model(tensorIn(tensor("deep", FLOAT, floats(1), dimensions))));
    byte[] tensor = message(out -> out.writeByteArray(1, new byte[1_000]));
    Path packed = write(model(tensorIn(tensor)));
    for (Path file : new Path[] {unpacked, packed}) {
      assertThatThrownBy(() -> Checkpoint.open(file))
          .isInstanceOf(ModelException.class)
          .hasMessageContainingAll(file.toString(), "more than 8 dimensions");
    }
  }

  @Test
  void shouldRefuseDataThatDoesNotFitTheShape() throws IOException {
    Checkpoint checkpoint = open(tensorIn(tensor("short", FLOAT, floats(1, 2), 3)));
    assertThatThrownBy(() -> checkpoint.read("short"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("short", "12 bytes", "8");
  }

  @Test
  void shouldRefuseAShapeWhoseElementsOverflow() throws IOException {
    Checkpoint checkpoint = open(tensorIn(tensor("huge", FLOAT, floats(1), 1L << 40, 1L << 40)));
    assertThatThrownBy(() -> checkpoint.read("huge"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("impossibly large");
  }

  @Test
  void shouldRefuseAShapeWhoseBytesOverflow() throws IOException {
    Checkpoint checkpoint = open(tensorIn(tensor("huge", FLOAT, floats(1), 1L << 62)));
    assertThatThrownBy(() -> checkpoint.read("huge")).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldRefuseToTransposeAnEmptyMatrixOfHugeWidth() throws IOException {
    Checkpoint checkpoint =
        open(
            nodeIn(node("MatMul", "/a/MatMul", "x", "empty")),
            tensorIn(tensor("empty", FLOAT, new byte[0], 0, 1L << 40)));
    assertThatThrownBy(() -> checkpoint.read("a.weight")).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldRefuseDeeplyNestedGroups() throws IOException {
    byte[] groups = new byte[1 << 20];
    Arrays.fill(groups, (byte) 0x1b); // field 3, start of a group
    Path file = write(groups);
    assertThatThrownBy(() -> Checkpoint.open(file)).isInstanceOf(ModelException.class);
  }

  @Test
  void shouldSurviveBeingCutAnywhere() throws IOException {
    byte[] whole = small();
    for (int length = 0; length < whole.length; length++) {
      Path file = write(Arrays.copyOf(whole, length));
      Throwable thrown = catchThrowable(() -> readAll(Checkpoint.open(file)));
      if (thrown != null) {
        assertThat(thrown).as("cut after %d bytes", length).isInstanceOf(ModelException.class);
      }
    }
  }

  @Test
  void shouldSurviveRandomDamage() throws IOException {
    Random random = new Random(SEED);
    byte[] whole = small();
    for (int round = 0; round < 5_000; round++) {
      byte[] damaged = damage(whole, random);
      Path file = write(damaged);
      Throwable thrown = catchThrowable(() -> readAll(Checkpoint.open(file)));
      Files.delete(file);
      if (thrown != null) {
        assertThat(thrown).as("seed %d, round %d", SEED, round).isInstanceOf(ModelException.class);
      }
    }
  }

  /** Changes some bytes, or takes some out, or puts some in. */
  private static byte[] damage(byte[] whole, Random random) {
    byte[] damaged = whole.clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(4)) {
        case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged[at] = (byte) random.nextInt(256);
        case 2 -> damaged = spliced(damaged, at, random.nextInt(10), new byte[0]);
        default -> {
          byte[] inserted = new byte[random.nextInt(10)];
          random.nextBytes(inserted);
          damaged = spliced(damaged, at, 0, inserted);
        }
      }
    }
    return damaged;
  }

  private static byte[] spliced(byte[] bytes, int at, int removed, byte[] inserted) {
    int rest = Math.min(bytes.length, at + removed);
    return ByteBuffer.allocate(at + inserted.length + bytes.length - rest)
        .put(bytes, 0, at)
        .put(inserted)
        .put(bytes, rest, bytes.length - rest)
        .array();
  }

  private static void readAll(Checkpoint checkpoint) {
    for (String name : checkpoint.names()) {
      TensorShape shape = checkpoint.shape(name);
      assertThat(checkpoint.read(name).shape()).isEqualTo(shape);
    }
  }
}
