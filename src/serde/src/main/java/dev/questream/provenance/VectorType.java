package dev.questream.provenance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a vector's numbers are. The same as {@code quantize_embeddings} of sentence-transformers
 * makes, {@link #INT8} with the ranges -128.5/127 to 126.5/127.
 */
public enum VectorType {
  /** The model's own. */
  FLOAT32,

  /** 127 times those of a vector of length one, rounded, a half upwards. */
  INT8,

  /** {@link #UBINARY} less 128, so that a signed byte holds it. */
  BINARY,

  /**
   * A byte for eight dimensions: a bit of one for each that is greater than 0, the first in the
   * highest bit. The last byte is filled up with zeros.
   */
  UBINARY;

  private static final float INT8_SCALE = 127;
  private static final int SIGN_OFFSET = 128;

  /** The one with a {@link #label}. */
  public static VectorType of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** The name in configuration and records. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(VectorType::label).toList();
  }

  private boolean packs() {
    return this == BINARY || this == UBINARY;
  }

  /** How many numbers a vector of so many dimensions has. */
  public int elements(int dimensions) {
    return packs() ? (dimensions + Byte.SIZE - 1) / Byte.SIZE : dimensions;
  }

  /** Bytes that a store needs for a vector of so many dimensions. */
  public int bytes(int dimensions) {
    return elements(dimensions) * (this == FLOAT32 ? Float.BYTES : 1);
  }

  /**
   * Makes a vector of float32 one of this type.
   *
   * @param vector of length one, for {@link #INT8}
   * @return a new array, or the vector itself for {@link #FLOAT32}
   */
  public float[] from(float[] vector) {
    return switch (this) {
      case FLOAT32 -> vector;
      case INT8 -> scaled(vector);
      case BINARY, UBINARY -> bits(vector);
    };
  }

  private static float[] scaled(float[] vector) {
    float[] scaled = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      scaled[i] = Math.round(INT8_SCALE * vector[i]);
    }
    return scaled;
  }

  private float[] bits(float[] vector) {
    float[] packed = new float[elements(vector.length)];
    for (int i = 0; i < packed.length; i++) {
      int bits = 0;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        int at = i * Byte.SIZE + bit;
        bits = bits << 1 | (at < vector.length && vector[at] > 0 ? 1 : 0);
      }
      packed[i] = bits - offset();
    }
    return packed;
  }

  private int offset() {
    return this == BINARY ? SIGN_OFFSET : 0;
  }

  /**
   * A vector whose inner products and cosines rank as a store does: of bits 1 and -1 for each
   * dimension, whose inner product is the dimensions less twice the Hamming distance.
   *
   * @param elements of this type
   * @return one number for each dimension
   */
  public float[] coordinates(float[] elements, int dimensions) {
    if (!packs()) {
      return elements;
    }
    float[] signs = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      int bits = (int) elements[i / Byte.SIZE] + offset();
      signs[i] = (bits >> (Byte.SIZE - 1 - i % Byte.SIZE) & 1) == 1 ? 1 : -1;
    }
    return signs;
  }

  /** The numbers as the bytes that this type has in memory, float32 in little-endian order. */
  public byte[] toBytes(float[] elements) {
    if (this == FLOAT32) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * elements.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(elements);
      return bytes.array();
    }
    byte[] bytes = new byte[elements.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) elements[i];
    }
    return bytes;
  }

  /** The numbers for a JSON writer: whole ones for all types but {@link #FLOAT32}. */
  public Object toJson(float[] elements) {
    if (this == FLOAT32) {
      return elements;
    }
    int[] whole = new int[elements.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (int) elements[i];
    }
    return whole;
  }
}
