package dev.questream.lab.retrieval.vector;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * How the elements of stored vectors lie on disk, little-endian. Scores are float32 in any case.
 */
public enum StorageType {
  FLOAT32(4) {
    @Override
    void write(float[] from, ByteBuffer to) {
      to.asFloatBuffer().put(from);
      to.position(to.position() + from.length * bytes());
    }

    @Override
    void read(ByteBuffer from, float[] to, int offset, int count) {
      from.asFloatBuffer().get(to, offset, count);
      from.position(from.position() + count * bytes());
    }
  },

  /** IEEE half precision, rounded to the nearest, ties to even. */
  FLOAT16(2) {
    @Override
    void write(float[] from, ByteBuffer to) {
      for (float value : from) {
        to.putShort(HalfFloat.toHalf(value));
      }
    }

    @Override
    void read(ByteBuffer from, float[] to, int offset, int count) {
      for (int i = 0; i < count; i++) {
        to[offset + i] = HalfFloat.toFloat(from.getShort());
      }
    }
  },

  /** The upper half of a float32, rounded to the nearest, ties to even. */
  BFLOAT16(2) {
    @Override
    void write(float[] from, ByteBuffer to) {
      for (float value : from) {
        to.putShort(HalfFloat.toBrain(value));
      }
    }

    @Override
    void read(ByteBuffer from, float[] to, int offset, int count) {
      for (int i = 0; i < count; i++) {
        to[offset + i] = Float.intBitsToFloat(from.getShort() << 16);
      }
    }
  };

  private final int bytes;

  StorageType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }

  /** The name in options and manifests. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  abstract void write(float[] from, ByteBuffer to);

  abstract void read(ByteBuffer from, float[] to, int offset, int count);
}
