package dev.questream.weights;

import dev.questream.checkpoint.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files as {@code torch.save} writes them, around any state dict and any storages. */
public final class TorchBytes {
  private static final byte[] MAGIC = {
    (byte) 0x80,
    2,
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };
  private static final byte[] PROTOCOL = {(byte) 0x80, 2, 'M', (byte) 0xe9, 3, '.'};

  private TorchBytes() {}

  /** The layout before zip: the storage "0" of floats, its count as it is. */
  public static byte[] legacy(byte[] stateDict, float... storage) {
    return legacy(true, stateDict, new PickleBytes().ops("](").text("0").ops("e").stop(), storage);
  }

  /** The same with so many elements of another type in as many bytes. */
  public static byte[] legacyCounting(long elements, byte[] stateDict, float... storage) {
    byte[] file = legacy(stateDict, storage);
    int at = file.length - storage.length * 4 - Long.BYTES;
    System.arraycopy(count(elements), 0, file, at, Long.BYTES);
    return file;
  }

  public static byte[] legacy(
      boolean littleEndian, byte[] stateDict, byte[] keys, float... storage) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(PROTOCOL);
    out.writeBytes(
        new PickleBytes()
            .ops("}")
            .text("little_endian")
            .op(littleEndian ? 0x88 : 0x89)
            .ops("s")
            .stop());
    out.writeBytes(stateDict);
    out.writeBytes(keys);
    out.writeBytes(count(storage.length));
    out.writeBytes(TinyCheckpoint.floats(storage));
    return out.toByteArray();
  }

  public static byte[] count(long elements) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(elements).array();
  }

  /** The entries of a zip layout with the storage "0" of floats. */
  public static Map<String, byte[]> entries(byte[] stateDict, float... storage) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", stateDict);
    entries.put("archive/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    entries.put("archive/data/0", TinyCheckpoint.floats(storage));
    entries.put("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    return entries;
  }

  /** A zip of these entries, nothing compressed, as {@code torch.save} leaves them. */
  public static byte[] zip(Map<String, byte[]> entries) {
    return zip(entries, ZipEntry.STORED);
  }

  public static byte[] zip(Map<String, byte[]> entries, int method) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(each.getKey());
        entry.setMethod(method);
        entry.setTime(0);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(each.getValue());
          entry.setSize(each.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(each.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Writes the size that the central directory declares for an entry. */
  public static byte[] declaring(byte[] zip, String name, int size) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.wrap(zip.clone()).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at + 46 + wanted.length <= zip.length; at++) {
      if (bytes.getInt(at) == 0x02014b50
          && bytes.getShort(at + 28) == wanted.length
          && bytes.slice(at + 46, wanted.length).equals(ByteBuffer.wrap(wanted))) {
        return bytes.putInt(at + 24, size).array();
      }
    }
    throw new IllegalArgumentException("there is no entry " + name);
  }

  /** Puts one name in the place of another of the same length, everywhere. */
  public static byte[] renaming(byte[] zip, String from, String to) {
    if (from.length() != to.length()) {
      throw new IllegalArgumentException(from + " and " + to);
    }
    return new String(zip, StandardCharsets.ISO_8859_1)
        .replace(from, to)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
