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
import org.junit.jupiter.params.provider.CsvSource;
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
            nodeIn(node("Gemm", "/a/MatMul", "x", "a.kernel")),
            nodeIn(node("MatMul", "/c/MatMul", "c.kernel")),
            nodeIn(node("MatMul", "/d/MatMul", "x", "not there")),
            nodeIn(node("MatMul", "/e/MatMul", "x", "e.kernel")),
            tensorIn(tensor("a.kernel", FLOAT, raw, 2, 1)),
            tensorIn(tensor("c.kernel", FLOAT, raw, 2, 1)),
            tensorIn(tensor("e.kernel", FLOAT, raw, 2)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a.kernel", "c.kernel", "e.kernel");
    assertThat(checkpoint.shape("a.kernel")).isEqualTo(TensorShape.of(2, 1));
  }

  @Test
  void shouldLeaveOutWhatTheExporterMadeUp() throws IOException {
    byte[] raw = floats(1);
    Checkpoint checkpoint =
        open(
            tensorIn(tensor("a.weight", FLOAT, raw, 1)),
            tensorIn(tensor("val_12", FLOAT, raw, 1)),
            tensorIn(tensor("onnx::Add_7", FLOAT, raw, 1)),
            tensorIn(tensor("/layer.0/Constant_output_0", FLOAT, raw, 1)));
    assertThat(checkpoint.names()).containsExactly("a.weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"val_50", "onnx::MatMul_7", "layer.0.query.weight"})
  void shouldNameAWeightByTheBiasThatIsAddedToItsProduct(String stored) throws IOException {
    Checkpoint checkpoint =
        open(
            nodeIn(node("MatMul", "node_MatMul_49", "x", stored)),
            nodeIn(node("Add", "node_linear", "node_MatMul_49_output_0", "layer.0.query.bias")),
            tensorIn(tensor("layer.0.query.bias", FLOAT, floats(7, 8, 9), 3)),
            tensorIn(tensor(stored, FLOAT, floats(1, 2, 3, 4, 5, 6), 2, 3)));
    assertThat(checkpoint.names())
        .containsExactlyInAnyOrder("layer.0.query.bias", "layer.0.query.weight");
    assertThat(floatsOf(checkpoint.read("layer.0.query.weight"))).containsExactly(1, 4, 2, 5, 3, 6);
  }

  @Test
  void shouldNameTheWeightOfAGemmByItsBias() throws IOException {
    byte[] transB =
        message(
            out -> {
              out.writeString(1, "transB");
              out.writeInt64(3, 1);
            });
    byte[] asStored =
        message(
            out -> {
              out.writeByteArray(5, transB);
              for (String input : new String[] {"x", "val_1", "a.bias"}) {
                out.writeString(1, input);
              }
              out.writeString(4, "Gemm");
            });
    Checkpoint checkpoint =
        open(
            nodeIn(asStored),
            nodeIn(node("Gemm", "node_b", "x", "val_2", "b.bias")),
            tensorIn(tensor("val_1", FLOAT, floats(1, 2), 1, 2)),
            tensorIn(tensor("val_2", FLOAT, floats(1, 2), 1, 2)),
            tensorIn(tensor("a.bias", FLOAT, floats(1), 1)),
            tensorIn(tensor("b.bias", FLOAT, floats(1), 1)));
    assertThat(checkpoint.shape("a.weight")).isEqualTo(TensorShape.of(1, 2));
    assertThat(checkpoint.shape("b.weight")).isEqualTo(TensorShape.of(2, 1));
  }

  /** The exporter keeps one of several constants of equal content. */
  @Test
  void shouldFollowIdentities() throws IOException {
    byte[] alias =
        message(
            out -> {
              out.writeString(1, "a.bias");
              out.writeString(2, "b.bias");
              out.writeString(4, "Identity");
            });
    Checkpoint checkpoint =
        open(
            nodeIn(alias),
            nodeIn(node("MatMul", "m", "x", "val_1")),
            nodeIn(node("Add", "n", "b.bias", "m_output_0")),
            tensorIn(tensor("val_1", FLOAT, floats(1, 2), 1, 2)),
            tensorIn(tensor("a.bias", FLOAT, floats(1), 1)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("a.bias", "b.bias", "b.weight");
  }

  @Test
  void shouldRefuseTwoWeightsOfOneName() throws IOException {
    Path file =
        write(
            model(
                nodeIn(node("MatMul", "m", "x", "val_1")),
                nodeIn(node("Add", "m2", "a.bias", "m_output_0")),
                nodeIn(node("MatMul", "n", "x", "val_2")),
                nodeIn(node("Add", "n2", "a.bias", "n_output_0")),
                tensorIn(tensor("val_1", FLOAT, floats(1, 2), 1, 2)),
                tensorIn(tensor("val_2", FLOAT, floats(1, 2), 1, 2)),
                tensorIn(tensor("a.bias", FLOAT, floats(1), 1))));
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), "val_1 and val_2 are both the weight a.weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MatMulInteger", "DequantizeLinear", "MatMulNBits", "QLinearMatMul"})
  void shouldRefuseAQuantisedModel(String operation) throws IOException {
    Path file =
        write(
            model(
                nodeIn(node(operation, "n", "x", "a.weight")),
                tensorIn(tensor("a.weight", FLOAT, floats(1), 1))));
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(
            file.toString(), "is quantised: int8 weights", operation, "use the float model");
  }

  @Test
  void shouldRefuseAModelThatIsFusedForARuntime() throws IOException {
    byte[] fused =
        message(
            out -> {
              out.writeString(4, "Attention");
              out.writeString(7, "com.microsoft");
            });
    Path file = write(model(nodeIn(fused), tensorIn(tensor("a.weight", FLOAT, floats(1), 1))));
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("optimised for ONNX Runtime", "as it was exported");
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
              out.writeString(8, "packed.weight");
              out.writeInt32(2, FLOAT);
              out.writeByteArray(1, packed);
            });
    Checkpoint checkpoint = open(tensorIn(tensor));
    assertThat(checkpoint.shape("packed.weight")).isEqualTo(TensorShape.of(2, 1, 2));
    assertThat(floatsOf(checkpoint.read("packed.weight"))).containsExactly(1, 2, 3, 4);
  }

  @Test
  void shouldReadOtherElementTypes() throws IOException {
    byte[] eight = new byte[8];
    eight[0] = 5;
    Checkpoint checkpoint =
        open(
            tensorIn(tensor("long.weight", INT64, eight, 1)),
            tensorIn(tensor("half.weight", FLOAT16, new byte[] {0, 0x3c}, 1)),
            tensorIn(tensor("brain.weight", 16, new byte[] {(byte) 0x80, 0x3f}, 1)),
            tensorIn(tensor("bool.weight", 9, new byte[] {1}, 1)));
    assertThat(checkpoint.names())
        .containsExactlyInAnyOrder("long.weight", "half.weight", "brain.weight");
    assertThat(checkpoint.read("long.weight").type()).isEqualTo(ElementType.INT64);
    assertThat(checkpoint.read("long.weight").data().getLong(0)).isEqualTo(5);
    assertThat(checkpoint.read("half.weight").type()).isEqualTo(ElementType.FLOAT16);
    assertThat(checkpoint.read("brain.weight").type()).isEqualTo(ElementType.BFLOAT16);
    assertThat(checkpoint.read("brain.weight").data().getShort(0)).isEqualTo((short) 0x3f80);
  }

  @Test
  void shouldTransposeHalfWidthMatrices() throws IOException {
    byte[] halves = {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0};
    Checkpoint checkpoint =
        open(
            nodeIn(node("MatMul", "/a/MatMul", "x", "half")),
            tensorIn(tensor("half", FLOAT16, halves, 2, 3)));
    Tensor transposed = checkpoint.read("a.weight");
    assertThat(transposed.shape()).isEqualTo(TensorShape.of(3, 2));
    short[] found = new short[6];
    transposed.data().asShortBuffer().get(found);
    assertThat(found)
        .containsExactly((short) 1, (short) 4, (short) 2, (short) 5, (short) 3, (short) 6);
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

  private static byte[] external(String... entries) {
    return message(
        out -> {
          out.writeInt64(1, 2);
          out.writeInt32(2, FLOAT);
          out.writeString(8, "a.weight");
          for (int i = 0; i < entries.length; i += 2) {
            String key = entries[i];
            String value = entries[i + 1];
            out.writeByteArray(
                13,
                message(
                    entry -> {
                      entry.writeString(1, key);
                      entry.writeString(2, value);
                    }));
          }
          out.writeEnum(14, 1);
        });
  }

  @Test
  void shouldReadWeightsInAFileBesideIt() throws IOException {
    Files.write(folder.resolve("model.onnx.data"), floats(1, 2, 3, 4));
    Checkpoint checkpoint =
        open(tensorIn(external("location", "model.onnx.data", "offset", "8", "length", "8")));
    assertThat(floatsOf(checkpoint.read("a.weight"))).containsExactly(3, 4);
    checkpoint = open(tensorIn(external("location", "./model.onnx.data")));
    assertThat(floatsOf(checkpoint.read("a.weight"))).containsExactly(1, 2);
  }

  @Test
  void shouldKnowAModelByTheWeightsBesideIt() throws IOException {
    Path data = Files.write(folder.resolve("model.onnx.data"), floats(1, 2));
    Path file = write(model(tensorIn(external("location", "model.onnx.data"))));
    String before = WeightFormat.sha256(file);
    Files.write(data, floats(1, 3));
    assertThat(WeightFormat.sha256(file)).isNotEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "../../etc/passwd,0,outside of its folder",
    "/etc/passwd,0,outside of its folder",
    "absent.data,0,which is not there",
    "model.onnx.data,1,has 8 bytes",
    "model.onnx.data,-1,has 8 bytes",
    "model.onnx.data,9223372036854775807,has 8 bytes",
    "model.onnx.data,many,damaged"
  })
  void shouldRefuseWeightsThatDoNotLieInAFileBesideIt(String location, String offset, String said)
      throws IOException {
    Files.write(folder.resolve("model.onnx.data"), floats(1, 2));
    Path file = write(model(tensorIn(external("location", location, "offset", offset))));
    assertThatThrownBy(() -> Checkpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll(file.toString(), said);
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
    Checkpoint checkpoint = open(tensorIn(tensor("short.weight", FLOAT, floats(1, 2), 3)));
    assertThatThrownBy(() -> checkpoint.read("short.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("short", "12 bytes", "8");
  }

  @Test
  void shouldRefuseAShapeWhoseElementsOverflow() throws IOException {
    Checkpoint checkpoint =
        open(tensorIn(tensor("huge.weight", FLOAT, floats(1), 1L << 40, 1L << 40)));
    assertThatThrownBy(() -> checkpoint.read("huge.weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("impossibly large");
  }

  @Test
  void shouldRefuseAShapeWhoseBytesOverflow() throws IOException {
    Checkpoint checkpoint = open(tensorIn(tensor("huge.weight", FLOAT, floats(1), 1L << 62)));
    assertThatThrownBy(() -> checkpoint.read("huge.weight")).isInstanceOf(ModelException.class);
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
