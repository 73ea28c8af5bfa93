package dev.questream.weights;

import java.util.List;

/**
 * The dimensions of a tensor.
 *
 * @param dimensions sizes, outermost first; none is negative
 */
public record TensorShape(List<Long> dimensions) {

  public TensorShape {
    dimensions = List.copyOf(dimensions);
    for (long dimension : dimensions) {
      if (dimension < 0) {
        throw new ModelException("a tensor has the negative dimension " + dimension);
      }
    }
  }

  public static TensorShape of(long... dimensions) {
    return new TensorShape(java.util.Arrays.stream(dimensions).boxed().toList());
  }

  /**
   * The number of elements.
   *
   * @throws ModelException if the product does not fit a long
   */
  public long elements() {
    long product = 1;
    try {
      for (long dimension : dimensions) {
        product = Math.multiplyExact(product, dimension);
      }
    } catch (ArithmeticException e) {
      throw new ModelException("a tensor of shape " + this + " is impossibly large", e);
    }
    return product;
  }

  /** Size of dimension {@code index}. */
  public long dimension(int index) {
    return dimensions.get(index);
  }

  /**
   * Size of dimension {@code index} as an int.
   *
   * @throws ModelException if there is no such dimension or its size does not fit
   */
  public int size(int index) {
    if (index >= rank() || dimension(index) > Integer.MAX_VALUE) {
      throw new ModelException(
          "a tensor of shape %s has no usable dimension %d".formatted(this, index));
    }
    return (int) dimension(index);
  }

  /**
   * The number of bytes that the elements take.
   *
   * @throws ModelException if it does not fit a long
   */
  public long bytes(ElementType type) {
    long elements = elements();
    if (elements > Long.MAX_VALUE / type.bytes()) {
      throw new ModelException("a tensor of shape " + this + " is impossibly large");
    }
    return elements * type.bytes();
  }

  public int rank() {
    return dimensions.size();
  }

  @Override
  public String toString() {
    return dimensions.toString();
  }
}
