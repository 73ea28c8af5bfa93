package dev.questream.weights;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Python's pickle machine, as far as every reader here needs it: a stack with marks, and the
 * operations that put plain values on it. Nothing is ever executed.
 *
 * <p>A pickle is a program. What a value becomes, which functions a pickle may call, what may be
 * built, and how much of anything there may be is the reader's to say, as are operations that only
 * its pickles need; whatever it does not grant, it refuses.
 *
 * <p>Opcodes are those of Python's {@code pickletools}. <b>Threading:</b> one thread.
 *
 * @param <V> what values become; never null
 */
public abstract class PickleMachine<V> {
  private static final int MAX_NAME_BYTES = 256;

  private final List<V> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();

  /** The next byte. */
  protected abstract int unsignedByte() throws IOException;

  /** The next bytes; throws where there are fewer. */
  protected abstract byte[] bytes(int length) throws IOException;

  /** A failure for what the pickle does, such as "has a name of more than 256 bytes". */
  protected abstract RuntimeException refused(String what);

  /** Refuses versions of the format that are not read. */
  protected abstract void protocol(int version);

  /** Refuses strings that are too long. */
  protected abstract void checkLength(long bytes);

  protected abstract V none();

  protected abstract V bool(boolean value);

  protected abstract V integer(long value);

  /** A number of more than 64 bits. */
  protected abstract V bigInteger(BigInteger value);

  protected abstract V text(byte[] utf8);

  /** What Python 2 calls a string: bytes, or text. */
  protected abstract V shortString(byte[] content);

  protected abstract V tuple(List<V> items);

  protected abstract V emptyList();

  /** Appends to the list on top of the stack. */
  protected abstract void append(List<V> values);

  /** A name in a Python module; never looked up. */
  protected abstract V global(String module, String name);

  /** What a call gives; refuses all functions that are not known. */
  protected abstract V call(V function, V arguments);

  /** Sets the state of a value. */
  protected abstract void build(V target, V state);

  protected abstract void memoize(int index, V value);

  protected abstract V recall(int index);

  /** An operation that is not common to all readers. */
  protected abstract void execute(int opcode) throws IOException;

  /**
   * Executes the next operation.
   *
   * @return false if it was the last
   * @throws IndexOutOfBoundsException if it takes more from the stack than there is
   */
  protected final boolean step() throws IOException {
    int opcode = unsignedByte();
    switch (opcode) {
      case '.' -> {
        return false;
      }
      case 0x80 -> protocol(unsignedByte());
      case '(' -> marks.add(stack.size());
      case 'N' -> push(none());
      case 0x88 -> push(bool(true));
      case 0x89 -> push(bool(false));
      case 'K' -> push(integer(unsignedByte()));
      case 'M' -> push(integer(unsignedByte() | unsignedByte() << 8));
      case 'J' -> push(integer(int32()));
      case 0x8a -> push(number(bytes(unsignedByte())));
      case 'X' -> push(text(string(int32())));
      case 0x8c -> push(text(string(unsignedByte())));
      case 0x8d -> push(text(string(int64())));
      case 0x95 -> int64(); // the length of a frame, for readers that read ahead
      case 'U' -> push(shortString(string(unsignedByte())));
      case ')' -> push(tuple(List.of()));
      case 0x85 -> push(tuple(take(1)));
      case 0x86 -> push(tuple(take(2)));
      case 0x87 -> push(tuple(take(3)));
      case 't' -> push(tuple(takeMarked()));
      case ']' -> push(emptyList());
      case 'a' -> append(take(1));
      case 'e' -> append(takeMarked());
      case 'c' -> push(global(line(), line()));
      case 'R' -> {
        List<V> call = take(2);
        push(call(call.get(0), call.get(1)));
      }
      case 'b' -> {
        V state = pop();
        build(top(), state);
      }
      case 'q' -> memoize(unsignedByte(), top());
      case 'r' -> memoize(int32(), top());
      case 'h' -> push(recall(unsignedByte()));
      case 'j' -> push(recall(int32()));
      default -> execute(opcode);
    }
    return true;
  }

  /** Values on the stack. */
  protected final int size() {
    return stack.size();
  }

  /** Marks that have not been taken. */
  protected final int marks() {
    return marks.size();
  }

  protected final void push(V value) {
    stack.add(value);
  }

  protected final V top() {
    return stack.get(stack.size() - 1);
  }

  protected final V pop() {
    return stack.remove(stack.size() - 1);
  }

  /** Takes the values that were last put on the stack, in the order in which they were. */
  protected final List<V> take(int count) {
    List<V> above = stack.subList(stack.size() - count, stack.size());
    List<V> taken = List.copyOf(above);
    above.clear();
    return taken;
  }

  /** Takes the values above the last mark, and the mark. */
  protected final List<V> takeMarked() {
    int mark = marks.remove(marks.size() - 1);
    if (mark > stack.size()) {
      throw refused("takes values from below its mark");
    }
    return take(stack.size() - mark);
  }

  /** The bytes of a string, if it is not too long. */
  protected final byte[] string(long length) throws IOException {
    checkLength(length);
    return bytes((int) length);
  }

  /** Four bytes, little-endian. */
  protected final int int32() throws IOException {
    int low = unsignedByte() | unsignedByte() << 8;
    return low | unsignedByte() << 16 | unsignedByte() << 24;
  }

  /** Eight bytes, little-endian. */
  protected final long int64() throws IOException {
    long low = int32() & 0xffff_ffffL;
    return low | (long) int32() << 32;
  }

  /** A two's complement number, little-endian. */
  private V number(byte[] bytes) {
    byte[] bigEndian = new byte[bytes.length + 1];
    for (int i = 0; i < bytes.length; i++) {
      bigEndian[bytes.length - i] = bytes[i];
    }
    bigEndian[0] = (byte) (bytes.length > 0 && bytes[bytes.length - 1] < 0 ? -1 : 0);
    BigInteger value = new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? integer(value.longValue()) : bigInteger(value);
  }

  private String line() throws IOException {
    byte[] line = new byte[MAX_NAME_BYTES];
    int length = 0;
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (length == MAX_NAME_BYTES) {
        throw refused("has a name of more than " + MAX_NAME_BYTES + " bytes");
      }
      line[length++] = (byte) c;
    }
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }
}
