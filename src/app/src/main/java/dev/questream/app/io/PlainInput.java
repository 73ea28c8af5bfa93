package dev.questream.app.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Opens what a file of texts holds: unpacks it to its real end, and begins behind a byte order
 * mark. Known by the first bytes and not by the name.
 */
public final class PlainInput {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int HEAD_BYTES = 4096;
  private static final byte[] GZIP = bytes(0x1F, 0x8B);
  private static final byte[] UTF_8_MARK = bytes(0xEF, 0xBB, 0xBF);

  /** What is not read, with its first bytes and the program that unpacks it. */
  private enum Packed {
    BZIP2("bzip2 -dc", 'B', 'Z', 'h', -1, '1', 'A', 'Y', '&', 'S', 'Y'),
    XZ("xz -dc", 0xFD, '7', 'z', 'X', 'Z', 0),
    ZSTD("zstd -dc", 0x28, 0xB5, 0x2F, 0xFD),
    ZIP("unzip -p", 'P', 'K', 3, 4);

    private final String program;
    private final int[] magic; // -1 for any byte

    Packed(String program, int... magic) {
      this.program = program;
      this.magic = magic;
    }

    boolean begins(byte[] head) {
      for (int i = 0; i < magic.length; i++) {
        if (i == head.length || (magic[i] >= 0 && magic[i] != (head[i] & 0xFF))) {
          return false;
        }
      }
      return true;
    }
  }

  private PlainInput() {}

  /**
   * The content of a plain or gzipped source. Gzip is read to the end of the source, member by
   * member, however slowly it comes; what ends too soon, or is followed by something else, fails
   * when it is read.
   *
   * @throws IOException if it is packed in another way
   */
  public static InputStream unpacked(InputStream source) throws IOException {
    InputStream buffered = new BufferedInputStream(source, BUFFER_BYTES);
    byte[] head = head(buffered, 16);
    for (Packed packed : Packed.values()) {
      if (packed.begins(head)) {
        throw new IOException(
            "it is packed with %s; unpack it first: %s".formatted(packed, packed.program));
      }
    }
    return starts(head, GZIP) ? new Gunzipped(buffered) : buffered;
  }

  /**
   * Skips a UTF-8 byte order mark.
   *
   * @param content must support {@link InputStream#mark}
   * @throws IOException if the content is clearly not UTF-8
   */
  public static void beginText(InputStream content) throws IOException {
    byte[] head = head(content, HEAD_BYTES);
    Optional<String> other = otherEncoding(head);
    if (other.isPresent()) {
      throw new IOException(
          "it is in %s, not in UTF-8; convert it first: iconv -f %s -t UTF-8"
              .formatted(other.get(), other.get()));
    }
    if (starts(head, UTF_8_MARK)) {
      content.skipNBytes(UTF_8_MARK.length);
    }
  }

  /** The first bytes; fewer where a person or a slow program has written lines and no more yet. */
  private static byte[] head(InputStream in, int length) throws IOException {
    in.mark(length);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.write(c);
      if (head.size() == length || (c == '\n' && in.available() == 0)) {
        break;
      }
    }
    in.reset();
    return head.toByteArray();
  }

  /** UTF-16 and UTF-32 have a mark, or zeros where UTF-8 has none: in the units of ASCII. */
  private static Optional<String> otherEncoding(byte[] head) {
    int[] zeros = new int[4];
    for (int i = 0; i < head.length; i++) {
      zeros[i % 4] += head[i] == 0 ? 1 : 0;
    }
    int even = zeros[0] + zeros[2];
    int odd = zeros[1] + zeros[3];
    int enough = 1 + head.length / 40; // of letters beyond ASCII the spaces and line ends tell
    if (starts(head, bytes(0xFF, 0xFE, 0, 0))
        || starts(head, bytes(0, 0, 0xFE, 0xFF))
        || (even + odd) * 5 > head.length * 3) {
      return Optional.of(zeros[0] > zeros[3] ? "UTF-32BE" : "UTF-32LE");
    }
    if (starts(head, bytes(0xFF, 0xFE)) || (even == 0 && odd > enough)) {
      return Optional.of("UTF-16LE");
    }
    return starts(head, bytes(0xFE, 0xFF)) || (odd == 0 && even > enough)
        ? Optional.of("UTF-16BE")
        : Optional.empty();
  }

  private static boolean starts(byte[] head, byte[] magic) {
    return head.length >= magic.length
        && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** Gzip, whose end is the source's end: {@code java.util.zip} ends where a pipe is slow. */
  private static final class Gunzipped extends FilterInputStream {
    Gunzipped(InputStream source) throws IOException {
      super(open(source));
    }

    private static InputStream open(InputStream source) throws IOException {
      try {
        return GzipCompressorInputStream.builder()
            .setInputStream(source)
            .setDecompressConcatenated(true)
            .get();
      } catch (EOFException e) {
        throw cut(e);
      }
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (EOFException e) {
        throw cut(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (EOFException e) {
        throw cut(e);
      }
    }

    private static EOFException cut(EOFException e) {
      EOFException cut = new EOFException("its gzip data ends too soon");
      cut.initCause(e);
      return cut;
    }
  }
}
