package dev.questream.checkpoint;

/**
 * How likely an element is dropped in training.
 *
 * @param hidden of the states that embeddings, attention and feed-forward blocks give
 * @param attention of the weights of attention
 */
public record Dropout(double hidden, double attention) {
  public static final Dropout NONE = new Dropout(0, 0);

  public Dropout {
    if (!(hidden >= 0 && hidden < 1 && attention >= 0 && attention < 1)) {
      throw new IllegalArgumentException(
          "dropout of %s and %s; it is 0 or more, and less than 1".formatted(hidden, attention));
    }
  }

  /** The first as TorchScript. */
  public String ofStates() {
    return Double.toString(hidden);
  }

  /** The second as TorchScript: as its kernel takes no word for training, only there. */
  public String ofAttention() {
    return attention == 0 ? "0." : "(%s if torch.is_grad_enabled() else 0.)".formatted(attention);
  }
}
