package dev.questream.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PickleReaderTest {
  /** The operations of a state dict; 0x80 and those that take arguments included. */
  private static final String KNOWN = "(NJKMGXU)t]}aesucRbqrhjQCB012.";

  private static final PickleValue.Storage STORAGE =
      new PickleValue.Storage(ElementType.FLOAT32, "0", 24);

  private static PickleValue read(byte[] pickle) {
    return PickleReader.read(ByteBuffer.wrap(pickle), id -> STORAGE);
  }

  private static PickleValue read(PickleBytes pickle) {
    return read(pickle.stop());
  }

  private static void assertRefused(PickleBytes pickle, String... said) {
    assertThatThrownBy(() -> read(pickle))
        .isInstanceOf(ModelException.class)
        .satisfies(e -> assertThat(List.of(said)).allMatch(e.getMessage()::contains));
  }

  private static PickleBytes pickle() {
    return new PickleBytes();
  }

  @Test
  void shouldReadWhatStateDictsAreMadeOf() {
    PickleValue value =
        read(
            pickle()
                .ops("}(")
                .text("größe")
                .op('K', 200)
                .text("short")
                .op('M', 0xff, 0xff)
                .text("int")
                .op('J', 0xfe, 0xff, 0xff, 0xff)
                .text("long")
                .number(Long.MIN_VALUE)
                .text("real")
                .op('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0)
                .text("yes")
                .op(0x88)
                .text("zero")
                .op(0x8a, 0)
                .text("bytes")
                .op('U', 2, 'h', 'i')
                .ops("u"));
    var entries = ((PickleValue.Dict) value).entries();
    assertThat(entries)
        .containsEntry("größe", new PickleValue.Int(200))
        .containsEntry("short", new PickleValue.Int(0xffff))
        .containsEntry("int", new PickleValue.Int(-2))
        .containsEntry("long", new PickleValue.Int(Long.MIN_VALUE))
        .containsEntry("real", new PickleValue.Real(1.5))
        .containsEntry("yes", new PickleValue.Bool(true))
        .containsEntry("zero", new PickleValue.Int(0))
        .containsEntry("bytes", new PickleValue.Text("hi"));
  }

  @Test
  void shouldLeaveThePositionBehindThePickle() {
    ByteBuffer two = ByteBuffer.wrap(new byte[] {(byte) 0x80, 2, 'K', 1, '.', 'K', 2, '.', 9});
    assertThat(PickleReader.read(two, id -> id)).isEqualTo(new PickleValue.Int(1));
    assertThat(PickleReader.read(two, id -> id)).isEqualTo(new PickleValue.Int(2));
    assertThat(two.remaining()).isEqualTo(1);
  }

  @Test
  void shouldReadATensor() {
    PickleValue value = read(pickle().tensor("0", 24, 2, new long[] {3, 2}, new long[] {2, 1}));
    assertThat(value)
        .isEqualTo(new PickleValue.View(STORAGE, 2, TensorShape.of(3, 2), List.of(2L, 1L)));
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "nt, system",
    "subprocess, Popen",
    "builtins, eval",
    "builtins, exec",
    "builtins, getattr",
    "__builtin__, eval",
    "torch, load",
    "torch.hub, load",
    "torch.serialization, load",
    "torch.storage, _load_from_bytes",
    "torch._utils, _rebuild_tensor",
    "torch._utils, _rebuild_tensor_v3",
    "torch._utils, _rebuild_qtensor",
    "torch, FloatStorage",
    "numpy.core.multiarray, _reconstruct",
    "collections, OrderedDict.__init__",
    "collections, defaultdict",
    "functools, partial",
    "pickle, loads",
    "runpy, _run_code",
    "_codecs, encode"
  })
  void shouldMakeNothingOfEveryOtherCall(String module, String name) {
    PickleBytes call = pickle().global(module, name).ops("(").text("touch pwned").ops("tR");
    assertOpaque(read(call), module + "." + name);
    assertOpaque(read(pickle().global(module, name).ops(")R")), module + "." + name);
    assertOpaque(read(pickle().global(module, name).ops(")").op(0x81)), module + "." + name);
    assertOpaque(read(pickle().global(module, name).ops(")}").op(0x92)), module + "." + name);
  }

  private static void assertOpaque(PickleValue value, String origin) {
    assertThat(value).isInstanceOf(PickleValue.Opaque.class);
    PickleValue.Opaque opaque = (PickleValue.Opaque) value;
    assertThat(opaque.origin()).isEqualTo(origin);
    assertThat(opaque.refused()).hasMessageContainingAll("wants to call " + origin, "refused");
  }

  /** What training keeps beside a state dict: it may have items, attributes and calls. */
  @Test
  void shouldLetWhatIsUnknownBeBuilt() {
    PickleBytes unknown = pickle().global("argparse", "Namespace").ops(")").op(0x81);
    assertOpaque(read(unknown.ops("}").text("lr").ops("Nsb")), "argparse.Namespace");
    assertOpaque(
        read(pickle().global("collections", "deque").ops(")RNa(NNeNNs(NNuK\1K\2s")),
        "collections.deque");
    assertOpaque(read(pickle().op(0x8f).ops("(NN").op(0x90)), "set");
    assertOpaque(read(pickle().ops("(NN").op(0x91)), "frozenset");
    assertOpaque(read(pickle().global("a", "b").ops(")R)R")), "a.b");
  }

  @Test
  void shouldKeepTheItemsOfANamedTuple() {
    PickleValue value =
        read(pickle().global("dpr", "CheckpointState").ops("K\1K\2").op(0x86, 0x81));
    assertThat(((PickleValue.Opaque) value).fields())
        .containsExactly(new PickleValue.Int(1), new PickleValue.Int(2));
  }

  @Test
  void shouldReadTheOperationsOfLaterProtocols() {
    byte[] pickle = {
      (byte) 0x80,
      5,
      (byte) 0x95,
      9,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      '}',
      (byte) 0x94,
      '(',
      (byte) 0x8c,
      1,
      'a',
      (byte) 0x94,
      'K',
      7,
      (byte) 0x8d,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      'b',
      'h',
      1,
      (byte) 0x8c,
      1,
      'c',
      'C',
      2,
      1,
      2,
      (byte) 0x8c,
      1,
      'd',
      'B',
      1,
      0,
      0,
      0,
      3,
      (byte) 0x8c,
      1,
      'e',
      (byte) 0x8e,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      4,
      (byte) 0x8c,
      1,
      'f',
      (byte) 0x96,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      5,
      (byte) 0x8c,
      1,
      'g',
      (byte) 0x8c,
      2,
      'o',
      's',
      (byte) 0x8c,
      1,
      'x',
      (byte) 0x93,
      'N',
      '0',
      'N',
      '2',
      '0',
      '0',
      '(',
      'N',
      '1',
      'u',
      '.'
    };
    var entries = ((PickleValue.Dict) read(pickle)).entries();
    assertThat(entries)
        .containsEntry("a", new PickleValue.Int(7))
        .containsEntry("b", new PickleValue.Text("a"))
        .containsEntry("g", new PickleValue.Global("os", "x"));
    for (String bytes : List.of("c", "d", "e", "f")) {
      assertOpaque(entries.get(bytes), "bytes");
    }
  }

  @Test
  void shouldRefuseBytesThatAreNotThere() {
    assertRefused(pickle().op('B', 0xff, 0xff, 0xff, 0xff));
    assertRefused(pickle().op(0x8e, 0, 0, 0, 0, 0, 0, 0, 0x80));
    assertRefused(pickle().op(0x96, 9, 0, 0, 0, 0, 0, 0, 0));
    assertRefused(pickle().op('C', 5, 1));
    assertRefused(pickle().ops("NN").op(0x93), "string");
    assertRefused(pickle().ops("(N").op(0x90));
    assertRefused(pickle().ops("N)").op(0x81), "no function");
    assertRefused(pickle().global("a", "b").ops("N").op(0x81), "no tuple");
  }

  @Test
  void shouldRefuseToCallTheResultOfACall() {
    assertRefused(pickle().global("collections", "OrderedDict").ops(")R)R"), "no function");
    assertRefused(pickle().text("os.system").ops(")R"), "no function");
    assertRefused(pickle().ops("N)R"), "no function");
    assertRefused(pickle().global("collections", "OrderedDict").ops("]R"), "no function");
    assertRefused(pickle().global("collections", "OrderedDict").ops("NR"), "no function");
  }

  @Test
  void shouldTakeANameThatIsNeverCalledForANameOnly() {
    assertThat(read(pickle().global("os", "system")))
        .isEqualTo(new PickleValue.Global("os", "system"));
  }

  static IntStream unknownOperations() {
    return IntStream.range(0, 256)
        .filter(op -> op >= 0x80 || KNOWN.indexOf(op) < 0)
        .filter(op -> op < 0x85 || op > 0x96 || op == 0x8b)
        .filter(op -> op != 0x80 && op != 0x81);
  }

  /** Among them INST, OBJ, EXT1, PUT, GET, LONG4, NEXT_BUFFER. */
  @ParameterizedTest
  @MethodSource("unknownOperations")
  void shouldRefuseEveryOtherOperation(int operation) {
    PickleBytes pickle =
        pickle()
            .ops("N(")
            .global("collections", "OrderedDict")
            .ops(")")
            .op(operation)
            .ops("os\nsystem\n");
    assertRefused(pickle, "operation 0x%02x".formatted(operation));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 255})
  void shouldRefuseOtherProtocols(int protocol) {
    assertThatThrownBy(() -> read(new byte[] {(byte) 0x80, (byte) protocol, 'N', '.'}))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("protocol " + protocol);
  }

  @Test
  void shouldBearAListThatContainsItself() {
    PickleValue value = read(pickle().ops("]").op('q', 0).op('h', 0).ops("a"));
    assertThat(((PickleValue.Sequence) value).items().get(0)).isSameAs(value);
  }

  @Test
  void shouldBearADictThatContainsItself() {
    PickleValue value =
        read(pickle().ops("}").op('q', 0).text("self").op('h', 0).ops("s").op('h', 0).ops("b"));
    assertThat(value).isInstanceOf(PickleValue.Dict.class);
  }

  @Test
  void shouldBearAKeyThatContainsItself() {
    PickleValue value = read(pickle().ops("}]").op('q', 0).op('h', 0).ops("aNs"));
    assertThat(((PickleValue.Dict) value).entries()).isEmpty();
  }

  @Test
  void shouldRefuseASizeThatContainsItself() {
    assertRefused(
        pickle()
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .storage("0", 24)
            .number(0)
            .ops("]")
            .op('q', 0)
            .op('h', 0)
            .ops("a")
            .op('h', 0)
            .ops("tR"),
        "whole number");
  }

  @Test
  void shouldRefuseAnOrderedDictOfItself() {
    assertRefused(
        pickle()
            .global("collections", "OrderedDict")
            .ops("]")
            .op('q', 0)
            .op('h', 0)
            .ops("a")
            .op(0x85)
            .ops("R"),
        "pairs");
  }

  @Test
  void shouldRefuseAttributesOfAnythingButADict() {
    assertRefused(pickle().ops("]}b"), "attributes");
    assertRefused(pickle().ops("N}b"), "attributes");
    assertRefused(pickle().global("torch.nn", "Module").ops("}b"), "attributes");
    assertRefused(
        pickle().tensor("0", 24, 0, new long[] {1}, new long[] {1}).ops("}b"), "attributes");
  }

  @Test
  void shouldRefuseItemsOfAnythingElse() {
    assertRefused(pickle().ops("NNa"), "no list");
    assertRefused(pickle().ops("}(NNe"), "no list");
    assertRefused(pickle().ops("]NNs"), "no dict");
    assertRefused(pickle().ops("](NNu"), "no dict");
    assertRefused(pickle().ops("}(NNNu"), "no dict");
  }

  /** Each takes more from the stack than there is, or needs a mark that is not there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "s",
        "R",
        "b",
        "Q",
        "t",
        "e",
        "u",
        "Na",
        "Ns",
        "NNs",
        "NR",
        "Nb",
        "Nt",
        "Ne",
        "Nu",
        "]Ne",
        "}NNu",
        "q\0",
        "(q\0",
        "(e",
        "(u",
        "(",
        "((",
        "\u0085",
        "N\u0086",
        "NN\u0087",
        "(tt",
        "h\0",
        "Nq\1h\0"
      })
  void shouldRefuseAnUnderflow(String operations) {
    assertRefused(pickle().ops(operations));
  }

  /** What lies above the mark, and more, is gone when the mark is asked for. */
  @ParameterizedTest
  @ValueSource(strings = {"}N(bt", "]N(ae", "}NN(su", "NN(\u0086t"})
  void shouldRefuseAMarkAboveTheStack(String operations) {
    assertRefused(pickle().ops(operations));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, (1 << 20) + 1, 1 << 20, 1})
  void shouldRefuseAStringThatIsNotThere(int length) {
    assertThatThrownBy(() -> read(pickle().textOfLength(length).unfinished()))
        .isInstanceOf(ModelException.class);
  }

  @Test
  void shouldRefuseAStringThatIsNotUtf8() {
    assertRefused(pickle().op('U', 2, 0xc3, 0x28), "UTF-8");
    assertRefused(pickle().op('U', 3, 0xed, 0xa0, 0x80), "UTF-8");
  }

  @Test
  void shouldRefuseANameWithoutEnd() {
    assertRefused(pickle().ops("c" + "x".repeat(1000)), "name");
    assertRefused(pickle().ops("cos\nsystem"));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, 1_000_000_000})
  void shouldTakeAHugeMemoIndexForANumberOnly(int index) {
    assertThat(read(pickle().op('K', 7).memo('r', index).memo('j', index)))
        .isEqualTo(new PickleValue.Int(7));
    assertRefused(pickle().memo('j', index), "unknown value");
  }

  @Test
  void shouldKeepANumberOfMoreThan64BitsForTheMagicOnly() {
    PickleBytes wide = pickle().op(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    assertThat(read(wide)).isEqualTo(new PickleValue.Text("10000000000000000"));
    assertRefused(
        pickle()
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .storage("0", 24)
            .op(0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1)
            .numbers(1)
            .numbers(1)
            .ops("tR"),
        "whole number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"N", "(", "]"})
  void shouldRefuseMoreValuesThanAStateDictHas(String operation) {
    assertRefused(pickle().ops(operation.repeat(1_100_000)), "more than");
  }

  @Test
  void shouldRefuseMoreOperationsThanAStateDictHas() {
    assertRefused(pickle().ops("]" + "(e".repeat(5_100_000)), "more than");
  }

  /** A few million bytes that ask for 10^11 steps. */
  @Test
  void shouldRefuseToBuildTheSameBigDictAgainAndAgain() {
    byte[] bytes = manyDicts(100_000, 1_000_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThatThrownBy(() -> read(bytes)).isInstanceOf(ModelException.class));
  }

  private static byte[] manyDicts(int pairs, int dicts) {
    PickleBytes pickle =
        pickle()
            .global("collections", "OrderedDict")
            .op('q', 0)
            .text("key")
            .ops("N")
            .op(0x86)
            .op('q', 1)
            .ops("](");
    byte[] recallPair = {'h', 1};
    String recalled = new String(recallPair, StandardCharsets.ISO_8859_1);
    pickle.ops(recalled.repeat(pairs)).ops("e").op(0x85).op('q', 2).ops("]");
    return pickle.ops("h\0h\2Ra".repeat(dicts)).stop();
  }

  private static void assertViewRefused(String said, long offset, long[] size, long... stride) {
    assertRefused(pickle().tensor("0", 24, offset, size, stride), said);
  }

  @Test
  void shouldRefuseAViewThatLeavesItsStorage() {
    long huge = Long.MAX_VALUE;
    assertViewRefused("reaches", 0, new long[] {25}, 1);
    assertViewRefused("reaches", 24, new long[] {1}, 1);
    assertViewRefused("reaches", 1, new long[] {4, 6}, 6, 1);
    assertViewRefused("reaches", 0, new long[] {2, 2}, 24, 1);
    assertViewRefused("reaches", 24, new long[] {});
    assertViewRefused("reaches", huge, new long[] {1}, 1);
    assertViewRefused("beyond", huge, new long[] {2}, 1);
    assertViewRefused("beyond", 1, new long[] {2}, huge);
    assertViewRefused("beyond", 0, new long[] {3}, huge);
    assertViewRefused("beyond", 0, new long[] {2, 2}, huge, huge);
    assertViewRefused("beyond", 0, new long[] {3, 3}, 1L << 62, 1L << 62);
    assertViewRefused("reaches", 0, new long[] {1L << 40}, 1);
  }

  @Test
  void shouldRefuseNegativeNumbers() {
    assertViewRefused("offset -1", -1, new long[] {1}, 1);
    assertViewRefused("offset", Long.MIN_VALUE, new long[] {1}, 1);
    assertViewRefused("negative stride", 23, new long[] {24}, -1);
    assertViewRefused("negative stride", 23, new long[] {1}, -1);
    assertViewRefused("negative stride", 23, new long[] {2}, Long.MIN_VALUE);
    assertViewRefused("negative stride", 12, new long[] {2, 2}, 11, -1);
    assertViewRefused("negative dimension", 0, new long[] {-1}, 1);
    assertViewRefused("negative dimension", 0, new long[] {-2, -2}, 1, 1);
    assertViewRefused("negative dimension", 0, new long[] {Long.MIN_VALUE}, 0);
  }

  @Test
  void shouldRefuseAViewThatMakesMuchOfLittle() {
    assertViewRefused("repeats", 0, new long[] {25}, 0);
    assertViewRefused("repeats", 0, new long[] {1L << 40}, 0);
    assertViewRefused("repeats", 0, new long[] {24, 24}, 1, 0);
    assertViewRefused("impossibly large", 0, new long[] {1L << 32, 1L << 32}, 0, 0);
    assertViewRefused("impossibly large", 0, new long[] {1L << 62, 4, 0}, 0, 0, 0);
  }

  @Test
  void shouldRefuseAViewOfUnequalOrTooManyDimensions() {
    assertViewRefused("stride", 0, new long[] {2, 2}, 1);
    assertViewRefused("stride", 0, new long[] {2}, 1, 1);
    long[] nine = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    assertViewRefused("stride", 0, nine, nine);
  }

  @Test
  void shouldRefuseATensorOfSomethingElse() {
    assertRefused(
        pickle().global("torch._utils", "_rebuild_tensor_v2").ops("(NNNNtR"), "no storage");
    assertRefused(pickle().global("torch._utils", "_rebuild_tensor_v2").ops(")R"), "no storage");
    assertRefused(pickle().global("torch._utils", "_rebuild_parameter").ops(")R"), "no tensor");
    assertRefused(pickle().global("torch._utils", "_rebuild_parameter").ops("(NtR"), "no tensor");
    assertRefused(
        pickle()
            .global("torch._utils", "_rebuild_tensor_v2")
            .ops("(")
            .storage("0", 24)
            .number(0)
            .text("12")
            .text("1")
            .ops("tR"),
        "list or tuple");
  }

  @Test
  void shouldReadATensorWithAttributes() {
    PickleBytes subclass =
        pickle()
            .global("torch._tensor", "_rebuild_from_type_v2")
            .ops("(")
            .global("torch._utils", "_rebuild_tensor_v2")
            .global("torch.nn.parameter", "Parameter")
            .ops("(")
            .storage("0", 24)
            .number(0)
            .numbers(24)
            .numbers(1)
            .ops("t}tR");
    assertThat(read(subclass)).isInstanceOf(PickleValue.View.class);
    assertRefused(
        pickle().global("torch._tensor", "_rebuild_from_type_v2").op('q', 0).ops("(h\0N)NtR"),
        "no function");
  }

  @Test
  void shouldReadAParameterAsItsTensor() {
    PickleBytes parameter =
        pickle()
            .global("torch._utils", "_rebuild_parameter")
            .ops("(")
            .tensor("0", 24, 0, new long[] {24}, new long[] {1})
            .op(0x88)
            .ops("NtR");
    assertThat(read(parameter)).isInstanceOf(PickleValue.View.class);
  }

  @Test
  void shouldRefuseEveryTruncation() {
    byte[] whole =
        pickle()
            .ops("}")
            .text("weight")
            .tensor("0", 24, 2, new long[] {3, 2}, new long[] {2, 1})
            .ops("s")
            .stop();
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(ModelException.class);
    }
  }
}
