package dev.questream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of torch.save, from PyTorch itself ({@code scripts/fixtures}) and made by hand. */
class TorchCheckpointTest {
  private static final Path WEIGHTS = Path.of("src/test/resources/golden/weights");
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int MUTANTS = 20_000;
  private static final long MAX_ALLOCATED = 16L << 20;

  private static final float[] SIX = {0, 1, 2, 3, 4, 5};

  @TempDir Path work;
  private int files;

  private Path write(byte[] bytes) throws IOException {
    Path folder = Files.createDirectories(work.resolve("models"));
    return Files.write(folder.resolve("model-" + files++ + ".bin"), bytes);
  }

  /** A state dict of one tensor, a view of storage "0", which has so many elements. */
  private static byte[] one(long elements, long offset, long[] size, long... stride) {
    return new PickleBytes()
        .ops("}")
        .text("weight")
        .tensor("0", elements, offset, size, stride)
        .ops("s")
        .stop();
  }

  private static byte[] plain() {
    return one(6, 0, new long[] {2, 3}, 3, 1);
  }

  private static Map<String, byte[]> with(String name, byte[] content) {
    Map<String, byte[]> entries = TorchBytes.entries(plain(), SIX);
    entries.put(name, content);
    return entries;
  }

  private void assertRefused(byte[] bytes, String... said) throws IOException {
    Path file = write(bytes);
    assertThatThrownBy(() -> TorchCheckpoint.open(file))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(file.toString())
        .satisfies(e -> assertThat(List.of(said)).allMatch(e.getMessage()::contains));
  }

  private void assertRefusedInBoth(byte[] stateDict, String... said) throws IOException {
    assertRefused(TorchBytes.legacy(stateDict, SIX), said);
    assertRefused(TorchBytes.zip(TorchBytes.entries(stateDict, SIX)), said);
  }

  private static float[] floats(Tensor tensor) {
    float[] values = new float[tensor.data().remaining() / 4];
    tensor.data().asFloatBuffer().get(values);
    return values;
  }

  private void assertValues(byte[] stateDict, float... expected) throws IOException {
    List<byte[]> both =
        List.of(
            TorchBytes.legacy(stateDict, SIX), TorchBytes.zip(TorchBytes.entries(stateDict, SIX)));
    for (byte[] bytes : both) {
      assertThat(floats(Checkpoint.open(write(bytes)).read("weight"))).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "odd.legacy.bin, odd.safetensors",
    "odd.zip.bin, odd.safetensors",
    "tiny.legacy.bin, tiny.safetensors",
    "tiny.zip.bin, tiny.safetensors",
    "dpr-question.legacy.bin, dpr-question.safetensors",
    "dpr-question.zip.bin, dpr-question.safetensors"
  })
  void shouldReadWhatSafetensorsHolds(String torch, String safetensors) {
    Checkpoint found = Checkpoint.open(WEIGHTS.resolve(torch));
    Checkpoint expected = Checkpoint.open(WEIGHTS.resolve(safetensors));
    assertThat(found.names()).isEqualTo(expected.names());
    for (String name : expected.names()) {
      Tensor tensor = found.read(name);
      Tensor same = expected.read(name);
      assertThat(found.shape(name)).as(name).isEqualTo(expected.shape(name));
      assertThat(tensor.shape()).as(name).isEqualTo(same.shape());
      assertThat(tensor.type()).as(name).isEqualTo(same.type());
      assertThat(tensor.data()).as(name).isEqualTo(same.data());
    }
  }

  @Test
  void shouldReadViewsOfAStorage() throws IOException {
    assertValues(plain(), 0, 1, 2, 3, 4, 5);
    assertValues(one(6, 0, new long[] {3, 2}, 1, 3), 0, 3, 1, 4, 2, 5);
    assertValues(one(6, 2, new long[] {3}, 1), 2, 3, 4);
    assertValues(one(6, 1, new long[] {2}, 3), 1, 4);
    assertValues(one(6, 1, new long[] {2, 2}, 3, 1), 1, 2, 4, 5);
    assertValues(one(6, 5, new long[] {}), 5);
    assertValues(one(6, 0, new long[] {2, 2}, 0, 1), 0, 1, 0, 1);
    assertValues(one(6, 6, new long[] {0, 7}, 7, 1));
    assertValues(one(6, 3, new long[] {1, 1, 1}, 1000, 50, 7), 3);
  }

  @Test
  void shouldReadFilesOfTheOldSixElementReference() throws IOException {
    byte[] stateDict =
        new PickleBytes()
            .ops("}")
            .text("weight")
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .legacyStorage("0", 6)
            .rebuild(1, new long[] {2}, new long[] {2})
            .ops("s")
            .stop();
    assertValues(stateDict, 1, 3);
  }

  @Test
  void shouldIgnoreEntriesThatAreNoTensors() throws IOException {
    byte[] stateDict =
        new PickleBytes()
            .ops("}(")
            .text("epoch")
            .op('K', 3)
            .text("optimizer")
            .global("torch.optim", "Adam")
            .text("weight")
            .tensor("0", 6, 0, new long[] {6}, new long[] {1})
            .ops("u")
            .stop();
    assertValues(stateDict, SIX);
    Path file = write(TorchBytes.legacy(stateDict, SIX));
    assertThat(TorchCheckpoint.open(file).names()).containsExactly("weight");
  }

  @Test
  void shouldRefuseCallsByName() throws IOException {
    assertRefusedInBoth(
        new PickleBytes().global("os", "system").ops("(").text("touch pwned").ops("tR").stop(),
        "what os.system makes");
    byte[] tampered =
        new PickleBytes()
            .ops("}(")
            .text("weight")
            .tensor("0", 6, 0, new long[] {6}, new long[] {1})
            .text("bias")
            .global("builtins", "eval")
            .ops("(")
            .text("1")
            .ops("tRu")
            .stop();
    assertValues(tampered, SIX);
    Checkpoint checkpoint = TorchCheckpoint.open(write(TorchBytes.legacy(tampered, SIX)));
    assertThat(checkpoint.names()).containsExactlyInAnyOrder("weight", "bias");
    assertThatThrownBy(() -> checkpoint.read("bias"))
        .isInstanceOf(ModelException.class)
        .hasMessageContainingAll("bias", "wants to call builtins.eval", "refused");
    assertThatThrownBy(() -> checkpoint.shape("bias")).isInstanceOf(ModelException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model_dict", "state_dict", "model_state_dict", "model", "module"})
  void shouldReadWhatTrainingKeepsBesideItsOptimizer(String key) throws IOException {
    PickleBytes training =
        new PickleBytes()
            .ops("}(")
            .text("optimizer_dict")
            .ops("}")
            .text("weight")
            .tensor("0", 6, 0, new long[] {1}, new long[] {1})
            .ops("s")
            .text(key)
            .ops("}")
            .text("weight")
            .tensor("0", 6, 0, new long[] {6}, new long[] {1})
            .ops("s")
            .text("epoch")
            .ops("K\7u");
    assertValues(training.stop(), SIX);
  }

  @Test
  void shouldReadANamedTupleOfAStateDict() throws IOException {
    PickleBytes state =
        new PickleBytes()
            .global("dpr.utils.model_utils", "CheckpointState")
            .ops("(}")
            .text("weight")
            .tensor("0", 6, 0, new long[] {6}, new long[] {1})
            .ops("sNK\7t")
            .op(0x81);
    assertValues(state.stop(), SIX);
  }

  @Test
  void shouldSayWhatAFileHoldsInsteadOfAStateDict() throws IOException {
    assertRefusedInBoth(
        new PickleBytes().global("transformers", "BertModel").ops(")").op(0x81).ops("}b").stop(),
        "holds no state dict but what transformers.BertModel makes; save model.state_dict()");
    assertRefusedInBoth(
        new PickleBytes()
            .ops("}(")
            .text("epoch")
            .ops("K\3")
            .text("model")
            .global("my", "Net")
            .ops(")")
            .op(0x81)
            .ops("u")
            .stop(),
        "a dict of epoch, model (my.Net)");
  }

  @ParameterizedTest
  @CsvSource({
    "DoubleStorage, 3",
    "LongStorage, 3",
    "IntStorage, 6",
    "ShortStorage, 12",
    "HalfStorage, 12",
    "CharStorage, 24",
    "ByteStorage, 24",
    "BoolStorage, 24",
    "ComplexFloatStorage, 3",
    "QInt8Storage, 24"
  })
  void shouldTakeTensorsOfOtherTypesBesideTheWeights(String type, int elements) throws IOException {
    byte[] stateDict =
        new PickleBytes()
            .ops("}(")
            .text("other")
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .storage(type, "0", elements)
            .rebuild(0, new long[] {elements}, new long[] {1})
            .ops("u")
            .stop();
    for (byte[] bytes :
        List.of(
            TorchBytes.legacyCounting(elements, stateDict, SIX),
            TorchBytes.zip(TorchBytes.entries(stateDict, SIX)))) {
      Tensor other = TorchCheckpoint.open(write(bytes)).read("other");
      assertThat(other.data().remaining()).isEqualTo(24);
    }
  }

  @Test
  void shouldRefuseACallOutsideOfTheStateDict() throws IOException {
    byte[] attack = new PickleBytes().global("os", "system").ops(")R").stop();
    assertRefused(TorchBytes.legacy(true, plain(), attack, SIX), "os.system");
    byte[] reference = new PickleBytes().ops("](").storage("0", 6).ops("e").stop();
    assertRefused(TorchBytes.legacy(true, plain(), reference, SIX), "outside");
  }

  @Test
  void shouldRefuseWhatIsNoStateDict() throws IOException {
    assertRefusedInBoth(new PickleBytes().ops("N").stop(), "state dict");
    assertRefusedInBoth(new PickleBytes().ops("]").stop(), "state dict");
    assertRefusedInBoth(new PickleBytes().ops("}").stop(), "state dict");
    assertRefused(new byte[0], "neither");
    assertRefused(new byte[] {'P', 'K', 3, 4}, "zip");
    assertRefused("<html>not found</html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void shouldRefuseAStorageThatIsLargerThanItsBytes() throws IOException {
    assertRefusedInBoth(one(7, 0, new long[] {7}, 1));
    assertRefusedInBoth(one(1L << 40, 0, new long[] {6}, 1));
    assertRefusedInBoth(one(Long.MAX_VALUE, 0, new long[] {6}, 1));
    assertRefusedInBoth(one((1L << 62) + 6, 0, new long[] {6}, 1));
    assertRefusedInBoth(one(-1, 0, new long[] {0}, 1), "-1 elements");
  }

  @Test
  void shouldRefuseAStorageThatIsSmallerThanItsBytes() throws IOException {
    assertRefusedInBoth(one(5, 0, new long[] {5}, 1));
    assertRefusedInBoth(one(0, 0, new long[] {0}, 1));
  }

  @Test
  void shouldRefuseAViewThatLeavesItsStorage() throws IOException {
    assertRefusedInBoth(one(6, 1, new long[] {6}, 1), "reaches");
    assertRefusedInBoth(one(6, 0, new long[] {2, 3}, 4, 1), "reaches");
    assertRefusedInBoth(one(6, 5, new long[] {2}, -1), "negative stride");
    assertRefusedInBoth(one(6, -1, new long[] {1}, 1), "offset -1");
    assertRefusedInBoth(one(6, 1, new long[] {2}, Long.MAX_VALUE), "beyond");
  }

  @Test
  void shouldRefuseAStorageThatIsAViewOfAnother() throws IOException {
    PickleBytes view =
        new PickleBytes()
            .ops("}")
            .text("weight")
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("((")
            .text("storage")
            .global("torch", "FloatStorage")
            .text("0")
            .text("cpu")
            .number(6)
            .ops("(")
            .text("1")
            .number(2)
            .number(3)
            .ops("ttQ")
            .rebuild(0, new long[] {6}, new long[] {1})
            .ops("s");
    assertRefusedInBoth(view.stop(), "view of another");
  }

  @Test
  void shouldRefuseOtherReferencesAndStorages() throws IOException {
    assertRefusedInBoth(new PickleBytes().ops("}").text("w").text("0").ops("Qs").stop());
    assertRefusedInBoth(new PickleBytes().ops("}").text("w").ops(")Qs").stop(), "no storage");
    byte[] unknown =
        new PickleBytes()
            .ops("}(")
            .text("weight")
            .tensor("0", 6, 0, new long[] {6}, new long[] {1})
            .text("odd")
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .storage("load", "1", 6)
            .rebuild(0, new long[] {6}, new long[] {1})
            .ops("u")
            .stop();
    Checkpoint checkpoint = TorchCheckpoint.open(write(TorchBytes.legacy(unknown, SIX)));
    assertThat(floats(checkpoint.read("weight"))).containsExactly(SIX);
    assertThatThrownBy(() -> checkpoint.read("odd"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("torch.load");
  }

  @Test
  void shouldRefuseAStorageOfTwoTypes() throws IOException {
    byte[] stateDict =
        new PickleBytes()
            .ops("}(")
            .text("a")
            .storage("FloatStorage", "0", 6)
            .text("b")
            .storage("LongStorage", "0", 3)
            .ops("u")
            .stop();
    assertRefusedInBoth(stateDict, "and also");
  }

  @Test
  void shouldRefuseLegacyStoragesThatDoNotFitTheirKeys() throws IOException {
    byte[] none = new PickleBytes().ops("]").stop();
    byte[] other = new PickleBytes().ops("](").text("1").ops("e").stop();
    byte[] twice = new PickleBytes().ops("](").text("0").text("0").ops("e").stop();
    byte[] numbers = new PickleBytes().ops("](K\0e").stop();
    assertRefused(TorchBytes.legacy(true, plain(), none, SIX), "follow");
    assertRefused(TorchBytes.legacy(true, plain(), other, SIX), "storage 1");
    assertRefused(TorchBytes.legacy(true, plain(), twice, SIX), "storage 0");
    assertRefused(TorchBytes.legacy(true, plain(), numbers, SIX), "string");
  }

  @Test
  void shouldRefuseToReadAStorageThatTheLegacyKeysLeaveOut() throws IOException {
    byte[] none = new PickleBytes().ops("]").stop();
    byte[] file = TorchBytes.legacy(true, plain(), none);
    Path cut = write(Arrays.copyOf(file, file.length - Long.BYTES));
    assertThatThrownBy(() -> TorchCheckpoint.open(cut).read("weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("storage 0 is missing");
  }

  @Test
  void shouldRefuseALegacyCountOtherThanTheReferences() throws IOException {
    byte[] file = TorchBytes.legacy(plain(), SIX);
    int at = file.length - 24 - 8;
    for (long count : new long[] {0, 5, 7, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32}) {
      byte[] wrong = file.clone();
      System.arraycopy(TorchBytes.count(count), 0, wrong, at, 8);
      assertRefused(wrong, "storage 0");
    }
  }

  @Test
  void shouldRefuseFilesOfBigEndianMachines() throws IOException {
    byte[] keys = new PickleBytes().ops("](").text("0").ops("e").stop();
    assertRefused(TorchBytes.legacy(false, plain(), keys, SIX), "big-endian");
    byte[] big = "big".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertRefused(TorchBytes.zip(with("archive/byteorder", big)), "big-endian");
  }

  @Test
  void shouldReadAZipWithoutByteOrder() throws IOException {
    Map<String, byte[]> entries = TorchBytes.entries(plain(), SIX);
    entries.remove("archive/byteorder");
    Path file = write(TorchBytes.zip(entries));
    assertThat(floats(TorchCheckpoint.open(file).read("weight"))).containsExactly(SIX);
  }

  @Test
  void shouldRefuseARecordOfAnotherSize() throws IOException {
    assertRefused(TorchBytes.zip(with("archive/data/0", new byte[23])), "23 bytes");
    assertRefused(TorchBytes.zip(with("archive/data/0", new byte[25])), "25 bytes");
    assertRefused(TorchBytes.zip(with("archive/data/0", new byte[0])), "0 bytes");
    Map<String, byte[]> entries = TorchBytes.entries(plain(), SIX);
    entries.remove("archive/data/0");
    assertRefused(TorchBytes.zip(entries), "archive/data/0 is missing");
  }

  @Test
  void shouldRefuseAZipWithAnEntryTwice() throws IOException {
    byte[] zip = TorchBytes.zip(with("archive/data/1", new byte[24]));
    assertRefused(TorchBytes.renaming(zip, "archive/data/1", "archive/data/0"), "twice");
    zip = TorchBytes.zip(with("archive/evil.pkl", plain()));
    assertRefused(TorchBytes.renaming(zip, "archive/evil.pkl", "archive/data.pkl"), "twice");
  }

  @Test
  void shouldRefuseAZipOfTwoOrNoPickles() throws IOException {
    assertRefused(TorchBytes.zip(with("other/data.pkl", plain())), "2 entries");
    Map<String, byte[]> entries = TorchBytes.entries(plain(), SIX);
    entries.remove("archive/data.pkl");
    assertRefused(TorchBytes.zip(entries), "0 entries");
    entries.put("data.pkl", plain());
    assertRefused(TorchBytes.zip(entries), "0 entries");
    entries.put("archive/deeper/data.pkl", plain());
    assertRefused(TorchBytes.zip(entries), "0 entries");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../escaped", "/tmp/questream-escaped", "archive/../../escaped"})
  void shouldWriteNothingWhateverTheEntriesAreCalled(String name) throws IOException {
    byte[] zip = TorchBytes.zip(with(name, new byte[] {1, 2, 3}));
    Path file = write(zip);
    assertThat(floats(TorchCheckpoint.open(file).read("weight"))).containsExactly(SIX);
    assertThat(Path.of("/tmp/questream-escaped")).doesNotExist();
    try (var found = Files.walk(work)) {
      assertThat(found.filter(Files::isRegularFile)).containsExactly(file);
    }
  }

  @Test
  void shouldNotFollowAStorageKeyOutOfTheArchive() throws IOException {
    byte[] stateDict =
        new PickleBytes()
            .ops("}")
            .text("weight")
            .tensor("../../../../etc/passwd", 6, 0, new long[] {6}, new long[] {1})
            .ops("s")
            .stop();
    assertRefused(TorchBytes.zip(TorchBytes.entries(stateDict, SIX)), "missing");
  }

  @ParameterizedTest
  @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
  void shouldReadNoMoreOfARecordThanItsStorageNeeds(int method) throws IOException {
    byte[] zip = TorchBytes.zip(with("archive/data/0", new byte[32 << 20]), method);
    assertReadRefusedCheaply(TorchBytes.declaring(zip, "archive/data/0", 24));
  }

  @ParameterizedTest
  @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
  void shouldNotTrustTheSizeThatARecordDeclares(int method) throws IOException {
    int elements = 400_000_000;
    byte[] stateDict = one(elements, 0, new long[] {elements}, 1);
    byte[] zip = TorchBytes.zip(TorchBytes.entries(stateDict, SIX), method);
    assertReadRefusedCheaply(TorchBytes.declaring(zip, "archive/data/0", 4 * elements));
  }

  /** A few megabytes that unfold to gigabytes must not be unfolded for one element. */
  @Test
  void shouldRefuseACompressedRecord() throws IOException {
    byte[] zip = TorchBytes.zip(TorchBytes.entries(plain(), SIX), ZipEntry.DEFLATED);
    assertRefused(zip, "archive/data/0 is compressed");
  }

  private void assertReadRefusedCheaply(byte[] bytes) throws IOException {
    Path file = write(bytes);
    long before = allocated();
    assertThatThrownBy(() -> TorchCheckpoint.open(file).read("weight"))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("archive/data/0");
    assertThat(allocated() - before).isLessThan(MAX_ALLOCATED);
  }

  @Test
  void shouldRefuseAHugePickle() throws IOException {
    byte[] endless = new byte[20 << 20];
    Arrays.fill(endless, (byte) ']');
    assertRefused(TorchBytes.zip(with("archive/data.pkl", endless)), "more than");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny.legacy.bin", "tiny.zip.bin"})
  void shouldRefuseEveryTruncation(String name) throws IOException {
    byte[] whole = Files.readAllBytes(WEIGHTS.resolve(name));
    for (int length = 0; length < whole.length; length++) {
      Path file = write(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TorchCheckpoint.open(file))
          .as("%d bytes", length)
          .isInstanceOf(ModelException.class);
      Files.delete(file);
    }
  }

  @Test
  void shouldRefuseBytesAfterTheEnd() throws IOException {
    byte[] legacy = TorchBytes.legacy(plain(), SIX);
    assertRefused(Arrays.copyOf(legacy, legacy.length + 1), "follow");
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldReadOrRefuseWhateverIsDamaged() throws IOException {
    Random random = new Random(SEED);
    byte[] legacy = Files.readAllBytes(WEIGHTS.resolve("tiny.legacy.bin"));
    byte[] zip = Files.readAllBytes(WEIGHTS.resolve("tiny.zip.bin"));
    Map<String, byte[]> entries = unzipped(WEIGHTS.resolve("tiny.zip.bin"));
    int readable = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant =
          switch (i % 4) {
            case 0, 1 -> mutated(legacy, random);
            case 2 -> mutated(zip, random);
            default -> TorchBytes.zip(mutatedPickle(entries, random));
          };
      readable += readsOrRefuses(mutant, i) ? 1 : 0;
    }
    assertThat(readable).isBetween(1, MUTANTS - 1);
  }

  private boolean readsOrRefuses(byte[] mutant, int number) throws IOException {
    Path file = write(mutant);
    long before = allocated();
    boolean readable = false;
    try {
      TorchCheckpoint checkpoint = TorchCheckpoint.open(file);
      for (String name : checkpoint.names()) {
        Tensor tensor = checkpoint.read(name);
        assertThat(tensor.data().remaining()).isLessThanOrEqualTo(mutant.length);
      }
      readable = true;
    } catch (ModelException e) {
      assertThat(e.getMessage()).doesNotEndWith(": null");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "seed %d, mutant %d: %s".formatted(SEED, number, HexFormat.of().formatHex(mutant)), e);
    }
    assertThat(allocated() - before)
        .as("seed %d, mutant %d", SEED, number)
        .isLessThan(MAX_ALLOCATED);
    Files.delete(file);
    return readable;
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static Map<String, byte[]> unzipped(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }

  private static Map<String, byte[]> mutatedPickle(Map<String, byte[]> entries, Random random) {
    Map<String, byte[]> mutated = new LinkedHashMap<>(entries);
    mutated.replaceAll(
        (name, bytes) -> name.endsWith("/data.pkl") ? mutated(bytes, random) : bytes);
    return mutated;
  }

  /** One to four changes: a flip, a set, an operation, a cut, a run, a repetition, a removal. */
  private static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, Random random) {
    if (bytes.length == 0) {
      return bytes;
    }
    String operations = "(NJKMGXU)t]}aesucRbqrhjQ.\u0080\u0085\u0086\u0087\u0088\u0089\u008a\u00ff";
    int at = random.nextInt(bytes.length);
    int end = Math.min(bytes.length, at + 1 + random.nextInt(12));
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 4, 5, 6 -> bytes[at] = (byte) random.nextInt();
      case 7, 8, 9, 10 -> bytes[at] = (byte) operations.charAt(random.nextInt(operations.length()));
      case 11 -> Arrays.fill(bytes, at, end, (byte) 0xFF);
      case 12 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 13, 14 -> {
        byte[] longer = new byte[bytes.length + end - at];
        System.arraycopy(bytes, 0, longer, 0, end);
        System.arraycopy(bytes, at, longer, end, bytes.length - at);
        return longer;
      }
      default -> {
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        return shorter;
      }
    }
    return bytes;
  }
}
