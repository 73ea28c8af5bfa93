package dev.questream.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Reads one pickle of protocol 2, as {@code torch.save} writes state dicts, without executing
 * anything.
 *
 * <p>A pickle is a program. Here only the operations that a state dict needs are known; names stand
 * for themselves ({@link PickleValue.Global}), and calling one is a request that {@link
 * PickleCalls} grants to four functions and refuses to all others. Whatever else the bytes ask for
 * ends in {@link ModelException}.
 *
 * <p>Opcodes are those of Python's {@code pickletools}.
 */
final class PickleReader {
  private static final int MAX_OPERATIONS = 1_000_000;
  private static final int MAX_ITEMS = 1_000_000;
  private static final int MAX_STRING_BYTES = 1 << 20;
  private static final int MAX_LINE_BYTES = 256;

  /** A state dict of BERT-large has about 60 KB. */
  static final int MAX_PICKLE_BYTES = 16 << 20;

  private final ByteBuffer in;
  private final UnaryOperator<PickleValue> persistentLoad;
  private final List<PickleValue> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
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
    ByteBuffer pickle = in.slice(in.position(), limit).order(ByteOrder.LITTLE_ENDIAN);
    try {
      PickleValue value = new PickleReader(pickle, persistentLoad).run();
      in.position(in.position() + pickle.position());
      return value;
    } catch (BufferUnderflowException | IndexOutOfBoundsException | NegativeArraySizeException e) {
      throw new ModelException(
          "a pickle ends too early, or uses more of its stack than there is", e);
    }
  }

  private PickleValue run() {
    while (true) {
      count(1);
      int opcode = in.get() & 0xff;
      if (opcode == '.') {
        return pop();
      }
      execute(opcode);
      if (stack.size() > MAX_ITEMS || memo.size() > MAX_ITEMS || marks.size() > MAX_ITEMS) {
        throw new ModelException("a pickle holds more than " + MAX_ITEMS + " values");
      }
    }
  }

  private void count(int steps) {
    operations += steps;
    if (operations > MAX_OPERATIONS) {
      throw new ModelException("a pickle has more than " + MAX_OPERATIONS + " operations");
    }
  }

  private void execute(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(in.get() & 0xff);
      case '(' -> marks.add(stack.size());
      case 'N' -> stack.add(PickleValue.NONE);
      case 0x88 -> stack.add(new PickleValue.Bool(true));
      case 0x89 -> stack.add(new PickleValue.Bool(false));
      case 'J' -> integer(in.getInt());
      case 'K' -> integer(in.get() & 0xff);
      case 'M' -> integer(in.getShort() & 0xffff);
      case 0x8a -> bigInteger();
      case 'G' -> stack.add(new PickleValue.Real(in.order(ByteOrder.BIG_ENDIAN).getDouble()));
      case 'X' -> stack.add(new PickleValue.Text(utf8(in.getInt())));
      case 'U' -> stack.add(new PickleValue.Text(utf8(in.get() & 0xff)));
      case ')' -> stack.add(new PickleValue.Tuple(List.of()));
      case 0x85 -> stack.add(new PickleValue.Tuple(take(stack.size() - 1)));
      case 0x86 -> stack.add(new PickleValue.Tuple(take(stack.size() - 2)));
      case 0x87 -> stack.add(new PickleValue.Tuple(take(stack.size() - 3)));
      case 't' -> stack.add(new PickleValue.Tuple(take(mark())));
      case ']' -> stack.add(new PickleValue.Sequence());
      case '}' -> stack.add(new PickleValue.Dict());
      case 'a' -> append(take(stack.size() - 1));
      case 'e' -> append(take(mark()));
      case 's' -> setItems(take(stack.size() - 2));
      case 'u' -> setItems(take(mark()));
      case 'c' -> stack.add(new PickleValue.Global(line(), line()));
      case 'R' -> reduce();
      case 'b' -> build();
      case 'q' -> memo.put(in.get() & 0xff, top());
      case 'r' -> memo.put(in.getInt(), top());
      case 'h' -> recall(in.get() & 0xff);
      case 'j' -> recall(in.getInt());
      case 'Q' -> stack.add(persistentLoad.apply(pop()));
      default ->
          throw new ModelException(
              "a pickle uses the operation 0x%02x, which no state dict needs".formatted(opcode));
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void protocol(int version) {
    if (version != 2) {
      throw new ModelException("a pickle has protocol " + version + ", expected 2");
    }
  }

  private void integer(long value) {
    stack.add(new PickleValue.Int(value));
  }

  /** A little-endian two's complement number; those over 64 bits are kept as their bytes' text. */
  private void bigInteger() {
    byte[] bytes = new byte[in.get() & 0xff];
    in.get(bytes);
    for (int i = 0; i < bytes.length / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[bytes.length - 1 - i];
      bytes[bytes.length - 1 - i] = swapped;
    }
    java.math.BigInteger value =
        bytes.length == 0 ? java.math.BigInteger.ZERO : new java.math.BigInteger(bytes);
    stack.add(
        value.bitLength() < Long.SIZE
            ? new PickleValue.Int(value.longValue())
            : new PickleValue.Text(value.toString(16)));
  }

  private String utf8(int length) {
    if (length < 0 || length > MAX_STRING_BYTES) {
      throw new ModelException("a pickle has a string of %d bytes".formatted(length));
    }
    ByteBuffer bytes = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException("a pickle has a string that is not UTF-8", e);
    }
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (char c = (char) (in.get() & 0xff); c != '\n'; c = (char) (in.get() & 0xff)) {
      if (line.length() == MAX_LINE_BYTES) {
        throw new ModelException("a pickle has a name of more than " + MAX_LINE_BYTES + " bytes");
      }
      line.append(c);
    }
    return line.toString();
  }

  private int mark() {
    int mark = marks.remove(marks.size() - 1);
    if (mark > stack.size()) {
      throw new ModelException("a pickle takes values from below its mark");
    }
    return mark;
  }

  private PickleValue top() {
    return stack.get(stack.size() - 1);
  }

  private PickleValue pop() {
    return stack.remove(stack.size() - 1);
  }

  private List<PickleValue> take(int from) {
    List<PickleValue> above = stack.subList(from, stack.size());
    List<PickleValue> taken = List.copyOf(above);
    above.clear();
    return taken;
  }

  private void append(List<PickleValue> values) {
    if (!(top() instanceof PickleValue.Sequence list)) {
      throw new ModelException("a pickle appends to something that is no list");
    }
    list.items().addAll(values);
  }

  private void setItems(List<PickleValue> keysAndValues) {
    if (!(top() instanceof PickleValue.Dict dict) || keysAndValues.size() % 2 != 0) {
      throw new ModelException("a pickle sets items of something that is no dict");
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      dict.put(keysAndValues.get(i), keysAndValues.get(i + 1));
    }
  }

  private void reduce() {
    List<PickleValue> call = take(stack.size() - 2);
    if (!(call.get(0) instanceof PickleValue.Global function)
        || !(call.get(1) instanceof PickleValue.Tuple arguments)) {
      throw new ModelException("a pickle calls something that is no function");
    }
    for (PickleValue argument : arguments.items()) {
      if (argument instanceof PickleValue.Tuple || argument instanceof PickleValue.Sequence) {
        count(
            PickleCalls.sequence(argument).size()); // a call may walk it, and calls repeat cheaply
      }
    }
    stack.add(PickleCalls.call(function, arguments.items()));
  }

  /** An OrderedDict's attributes, such as {@code _metadata}, are of no use here. */
  private void build() {
    pop();
    if (!(top() instanceof PickleValue.Dict)) {
      throw new ModelException("a pickle sets attributes of something that is no dict");
    }
  }

  private void recall(int index) {
    stack.add(
        Optional.ofNullable(memo.get(index))
            .orElseThrow(() -> new ModelException("a pickle recalls the unknown value " + index)));
  }
}
