package dev.questream.checkpoint;

import dev.questream.weights.ModelException;
import dev.questream.weights.TensorShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Holds the tensors of a checkpoint against those of an encoder of its family and dimensions. */
final class TensorCheck {
  private static final int MAX_NAMED = 10;

  private final StateDict weights;
  private final List<String> problems = new ArrayList<>();

  private TensorCheck(StateDict weights) {
    this.weights = weights;
  }

  /**
   * Checks that every tensor is there in its shape, and no other.
   *
   * @throws ModelException with a list of what is missing, unknown or misshaped
   */
  static void of(StateDict weights, Family family, TensorNames names, EncoderConfig config) {
    TensorCheck check = new TensorCheck(weights);
    Set<String> unknown = new TreeSet<>(weights.names());
    unknown.removeIf(name -> name.startsWith(TensorNames.PROJECTION + "."));
    family.ownTensors().forEach(name -> check.there(name));
    unknown.removeAll(family.ownTensors());
    for (TensorNames.Expected expected : names.expected(config)) {
      check.shaped(expected.name(), expected.shape());
      unknown.remove(expected.name());
    }
    Stream.of(names.positions(), names.tokenTypes())
        .flatMap(Optional::stream)
        .map(table -> table + ".weight")
        .forEach(
            table -> {
              check.table(table, config.hidden());
              unknown.remove(table);
            });
    unknown.forEach(name -> check.problems.add("unknown " + weights.storedName(name)));
    check.report(family, config);
  }

  private boolean there(String name) {
    boolean there = weights.names().contains(name);
    if (!there) {
      problems.add("missing " + weights.storedName(name));
    }
    return there;
  }

  private void shaped(String name, TensorShape expected) {
    if (there(name) && !weights.shape(name).equals(expected)) {
      problems.add(
          "%s has shape %s, expected %s"
              .formatted(weights.storedName(name), weights.shape(name), expected));
    }
  }

  /** A table of as many rows as it has, one at least. */
  private void table(String name, long width) {
    if (there(name)) {
      TensorShape found = weights.shape(name);
      shaped(name, TensorShape.of(found.rank() == 0 ? 1 : Math.max(1, found.dimension(0)), width));
    }
  }

  private void report(Family family, EncoderConfig config) {
    if (problems.isEmpty()) {
      return;
    }
    String shown = String.join(", ", problems.stream().limit(MAX_NAMED).toList());
    int more = problems.size() - MAX_NAMED;
    throw new ModelException(
        "%s does not fit a %s encoder of %d layers, width %d, %d heads: %s"
            .formatted(
                weights.file(),
                family.label(),
                config.layers(),
                config.hidden(),
                config.heads(),
                more > 0 ? shown + " and " + more + " more" : shown));
  }
}
