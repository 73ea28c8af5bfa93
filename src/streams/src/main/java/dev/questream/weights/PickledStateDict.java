package dev.questream.weights;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The state dict in what {@code torch.save} wrote: the whole of it, or what training code keeps
 * beside its optimizer.
 */
final class PickledStateDict {
  /** The keys of DPR, Lightning, and the tutorials of PyTorch; fairseq's and DeepSpeed's. */
  private static final List<String> KEYS =
      List.of("model_dict", "state_dict", "model_state_dict", "model", "module");

  private static final int MAX_DEPTH = 3;
  private static final int MAX_NAMED = 10;

  private PickledStateDict() {}

  /**
   * The tensors by name, and the values that nothing is known of; others, such as numbers, are left
   * out.
   *
   * @throws ModelException if there is no state dict; the message says what there is
   */
  static Map<String, PickleValue> tensors(PickleValue root) {
    PickleValue.Dict stateDict =
        find(root, MAX_DEPTH)
            .orElseThrow(
                () ->
                    new ModelException(
                        "it holds no state dict but %s; save model.state_dict()"
                            .formatted(describe(root))));
    Map<String, PickleValue> tensors = new HashMap<>();
    stateDict
        .entries()
        .forEach(
            (name, value) -> {
              if (value instanceof PickleValue.View || value instanceof PickleValue.Opaque) {
                tensors.put(name, value);
              }
            });
    return tensors;
  }

  private static Optional<PickleValue.Dict> find(PickleValue value, int depth) {
    if (depth == 0) {
      return Optional.empty();
    }
    if (value instanceof PickleValue.Opaque instance) {
      return instance.fields().stream()
          .flatMap(field -> find(field, depth - 1).stream())
          .findFirst();
    }
    if (!(value instanceof PickleValue.Dict dict)) {
      return Optional.empty();
    }
    return KEYS.stream()
        .flatMap(key -> find(dict.entries().get(key), depth - 1).stream())
        .findFirst()
        .or(() -> Optional.of(dict).filter(PickledStateDict::hasTensors));
  }

  private static boolean hasTensors(PickleValue.Dict dict) {
    return dict.entries().values().stream().anyMatch(PickleValue.View.class::isInstance);
  }

  private static String describe(PickleValue root) {
    if (root instanceof PickleValue.Opaque instance) {
      return "what %s makes".formatted(instance.origin());
    }
    return root instanceof PickleValue.Dict dict
        ? dict.entries().entrySet().stream()
            .limit(MAX_NAMED)
            .map(entry -> entry.getKey() + origin(entry.getValue()))
            .collect(Collectors.joining(", ", "a dict of ", ""))
        : "something that is no dict";
  }

  private static String origin(PickleValue value) {
    return value instanceof PickleValue.Opaque instance ? " (" + instance.origin() + ")" : "";
  }
}
