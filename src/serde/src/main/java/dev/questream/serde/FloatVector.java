package dev.questream.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.apache.avro.io.Encoder;

/** A {@code float[]} as the list that Avro's generated classes take; a view, nothing is copied. */
public final class FloatVector extends AbstractList<Float> implements RandomAccess {
  private final float[] values;

  /**
   * @param values not to be modified afterwards
   */
  public FloatVector(float[] values) {
    this.values = values;
  }

  /** The elements of any list of floats as an array. */
  public static float[] toArray(List<Float> list) {
    if (list instanceof FloatVector vector) {
      return vector.values.clone();
    }
    float[] array = new float[list.size()];
    int i = 0;
    for (float value : list) {
      array[i++] = value;
    }
    return array;
  }

  /**
   * Writes the elements as an array in Avro's binary encoding: a block of all of them, each four
   * bytes in little-endian order, and the end of the array.
   *
   * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#binary-encoding">Avro
   *     specification</a>
   */
  void write(Encoder out) throws IOException {
    out.writeArrayStart();
    if (values.length > 0) {
      out.setItemCount(values.length);
      ByteBuffer bytes =
          ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      out.writeFixed(bytes.array());
    }
    out.writeArrayEnd();
  }

  @Override
  public Float get(int index) {
    return values[index];
  }

  @Override
  public int size() {
    return values.length;
  }
}
