package dev.questream.serde;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

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

  @Override
  public Float get(int index) {
    return values[index];
  }

  @Override
  public int size() {
    return values.length;
  }
}
