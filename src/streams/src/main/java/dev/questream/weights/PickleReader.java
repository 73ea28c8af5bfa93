package dev.questream.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads one pickle of protocol 2 to 5, as {@code torch.save} writes state dicts and what training
 * keeps beside them, without executing anything.
 *
 * <p>Names stand for themselves ({@link PickleValue.Global}), and calling one is a request that
 * {@link PickleCalls} grants to the functions of a state dict. What other functions and classes
 * would give stays {@link PickleValue.Opaque}. Whatever else the bytes ask for ends in {@link
 * ModelException}.
 */
final class PickleReader extends PickleMachine<PickleValue> {
  private static final int MAX_OPERATIONS = 1_000_000;
  private static final int MAX_ITEMS = 1_000_000;
  private static final int MAX_STRING_BYTES = 1 << 20;

  /** A state dict of BERT-large has about 60 KB. */
  static final int MAX_PICKLE_BYTES = 16 << 20;

  private final ByteBuffer in;
  private final UnaryOperator<PickleValue> persistentLoad;
  private final Map<Integer, PickleValue> memo = new HashMap<>();
  private long operations;

  private PickleReader(ByteBuffer in, UnaryOperator<PickleValue> persistentLoad) {
    this.in = in;
    this.persistentLoad = persistentLoad;
  }

  /**
   * Reads a pickle from the buffer's position and leaves the position behind it.
   *
   * @param persistentLoad gives the value that a persistent id stands for
   * @throws ModelException if the bytes are no pickle, or one that asks for more than a state dict
   *     needs
   */
  static PickleValue read(ByteBuffer in, UnaryOperator<PickleValue> persistentLoad) {
    int limit = Math.min(in.remaining(), MAX_PICKLE_BYTES);
    ByteBuffer pickle = in.slice(in.position(), limit);
    try {
      PickleValue value = new PickleReader(pickle, persistentLoad).run();
      in.position(in.position() + pickle.position());
      return value;
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IOException e) {
      throw new ModelException(
          "a pickle ends too early, or uses more of its stack than there is", e);
    }
  }

  private PickleValue run() throws IOException {
    count(1);
    while (step()) {
      if (size() > MAX_ITEMS || memo.size() > MAX_ITEMS || marks() > MAX_ITEMS) {
        throw refused("holds more than " + MAX_ITEMS + " values");
      }
      count(1);
    }
    return pop();
  }

  private void count(int steps) {
    operations += steps;
    if (operations > MAX_OPERATIONS) {
      throw refused("has more than " + MAX_OPERATIONS + " operations");
    }
  }

  @Override
  protected void execute(int opcode) throws IOException {
    switch (opcode) {
      case 'G' -> push(new PickleValue.Real(Double.longBitsToDouble(Long.reverseBytes(int64()))));
      case '}' -> push(new PickleValue.Dict());
      case 's' -> setItems(take(2));
      case 'u' -> setItems(takeMarked());
      case 'Q' -> push(persistentLoad.apply(pop()));
      case 0x94 -> memoize(memo.size(), top());
      case 0x93 -> {
        List<PickleValue> names = take(2);
        push(global(PickleCalls.text(names.get(0)), PickleCalls.text(names.get(1))));
      }
      case 'C' -> push(content(unsignedByte()));
      case 'B' -> push(content(int32() & 0xffff_ffffL));
      case 0x8e, 0x96 -> push(content(int64()));
      case 0x81 -> {
        List<PickleValue> made = take(2);
        push(PickleCalls.instance(made.get(0), made.get(1)));
      }
      case 0x92 -> {
        List<PickleValue> made = take(3);
        push(PickleCalls.instance(made.get(0), made.get(1)));
      }
      case 0x8f -> push(new PickleValue.Opaque("set", List.of()));
      case 0x90 -> {
        takeMarked();
        requireOpaque("adds to something that is no set");
      }
      case 0x91 -> {
        takeMarked();
        push(new PickleValue.Opaque("frozenset", List.of()));
      }
      case '0' -> pop();
      case '1' -> takeMarked();
      case '2' -> push(top());
      default ->
          throw refused("uses the operation 0x%02x, which no state dict needs".formatted(opcode));
    }
  }

  private void requireOpaque(String otherwise) {
    if (!(top() instanceof PickleValue.Opaque)) {
      throw refused(otherwise);
    }
  }

  /** Bytes are skipped: no state dict has any, but what lies beside it may. */
  private PickleValue content(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    in.position(in.position() + (int) length);
    return new PickleValue.Opaque("bytes", List.of());
  }

  @Override
  protected int unsignedByte() {
    return in.get() & 0xff;
  }

  @Override
  protected byte[] bytes(int length) {
    if (length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  @Override
  protected RuntimeException refused(String what) {
    return new ModelException("a pickle " + what);
  }

  @Override
  protected void protocol(int version) {
    if (version < 2 || version > 5) {
      throw refused("has protocol " + version + "; 2 to 5 are read");
    }
  }

  @Override
  protected void checkLength(long bytes) {
    if (bytes < 0 || bytes > MAX_STRING_BYTES) {
      throw refused("has a string of %d bytes".formatted(bytes));
    }
  }

  @Override
  protected PickleValue none() {
    return PickleValue.NONE;
  }

  @Override
  protected PickleValue bool(boolean value) {
    return new PickleValue.Bool(value);
  }

  @Override
  protected PickleValue integer(long value) {
    return new PickleValue.Int(value);
  }

  /** Kept as its digits: the magic number of {@code torch.save} is one. */
  @Override
  protected PickleValue bigInteger(BigInteger value) {
    return new PickleValue.Text(value.toString(16));
  }

  @Override
  protected PickleValue text(byte[] utf8) {
    try {
      return new PickleValue.Text(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new ModelException("a pickle has a string that is not UTF-8", e);
    }
  }

  @Override
  protected PickleValue shortString(byte[] content) {
    return text(content);
  }

  @Override
  protected PickleValue tuple(List<PickleValue> items) {
    return new PickleValue.Tuple(items);
  }

  @Override
  protected PickleValue emptyList() {
    return new PickleValue.Sequence();
  }

  @Override
  protected void append(List<PickleValue> values) {
    if (top() instanceof PickleValue.Sequence list) {
      list.items().addAll(values);
    } else {
      requireOpaque("appends to something that is no list");
    }
  }

  private void setItems(List<PickleValue> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw refused("sets items of something that is no dict");
    }
    if (!(top() instanceof PickleValue.Dict dict)) {
      requireOpaque("sets items of something that is no dict");
      return;
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  @Override
  protected PickleValue global(String module, String name) {
    return new PickleValue.Global(module, name);
  }

  @Override
  protected PickleValue call(PickleValue function, PickleValue arguments) {
    if (!(arguments instanceof PickleValue.Tuple given)) {
      throw refused("calls something that is no function");
    }
    for (PickleValue argument : given.items()) {
      if (argument instanceof PickleValue.Tuple || argument instanceof PickleValue.Sequence) {
        // a call may walk it, and calls repeat cheaply
        count(PickleCalls.sequence(argument).size());
      }
    }
    return PickleCalls.call(function, given.items());
  }

  /** An OrderedDict's attributes, such as {@code _metadata}, are of no use here. */
  @Override
  protected void build(PickleValue target, PickleValue state) {
    if (!(target instanceof PickleValue.Dict)) {
      requireOpaque("sets attributes of something that is no dict");
    }
  }

  @Override
  protected void memoize(int index, PickleValue value) {
    memo.put(index, value);
  }

  @Override
  protected PickleValue recall(int index) {
    return Optional.ofNullable(memo.get(index))
        .orElseThrow(() -> refused("recalls the unknown value " + index));
  }
}
