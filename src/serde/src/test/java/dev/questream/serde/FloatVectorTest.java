package dev.questream.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.RandomAccess;
import org.junit.jupiter.api.Test;

class FloatVectorTest {
  private static final float[] VALUES = {1.5f, -0.0f, Float.MIN_VALUE, Float.NaN};

  @Test
  void shouldShowAnArrayAsAList() {
    FloatVector vector = new FloatVector(VALUES);
    assertThat(vector).containsExactly(1.5f, -0.0f, Float.MIN_VALUE, Float.NaN);
    assertThat((List<?>) vector).isInstanceOf(RandomAccess.class);
    assertThat(new FloatVector(new float[0])).isEmpty();
  }

  @Test
  void shouldEqualAnyListOfTheSameFloats() {
    List<Float> list = new ArrayList<>(List.of(1.5f, -0.0f, Float.MIN_VALUE, Float.NaN));
    FloatVector vector = new FloatVector(VALUES);
    assertThat((Object) vector).isEqualTo(list).hasSameHashCodeAs(list);
    assertThat((Object) list).isEqualTo(vector);
    list.set(1, 0.0f);
    assertThat((Object) vector).isNotEqualTo(list);
  }

  @Test
  void shouldGiveTheElementsOfAnyList() {
    List<Float> linked = new LinkedList<>(new FloatVector(VALUES));
    assertThat(FloatVector.toArray(linked)).containsExactly(VALUES);
    assertThat(FloatVector.toArray(List.of())).isEmpty();
  }

  @Test
  void shouldGiveAnArrayThatIsTheCallersOwn() {
    FloatVector vector = new FloatVector(new float[] {1, 2});
    FloatVector.toArray(vector)[0] = 99;
    assertThat(vector).containsExactly(1f, 2f);
  }

  @Test
  void shouldRefuseAPlaceOutsideAndAnyChange() {
    FloatVector vector = new FloatVector(new float[] {1, 2});
    assertThatThrownBy(() -> vector.get(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> vector.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> vector.set(0, 3f)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> vector.add(3f)).isInstanceOf(UnsupportedOperationException.class);
  }
}
