package dev.questream.lab.evaluate;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.VectorShape;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The shapes that vectors are measured in, beside the model's own: each of the dimensions in each
 * of the types.
 *
 * @param dimensions 0 for all that the model has
 */
record Shapes(List<Integer> dimensions, List<VectorType> types) {

  /** What the options name, together with what they leave whole; else what the settings say. */
  static Shapes of(EvaluateOptions options, QuestreamConfig config) {
    if (!options.topics.isEmpty() || !options.passagesTopics.isEmpty()) {
      return new Shapes(List.of(), List.of()); // the topic's vectors have one
    }
    if (options.dimensions.isEmpty() && options.vectors.isEmpty()) {
      return new Shapes(
          List.of(config.getInt(QuestreamConfig.OUTPUT_DIMENSIONS)),
          List.of(VectorType.of(config.getString(QuestreamConfig.OUTPUT_VECTOR))));
    }
    return new Shapes(
        Stream.concat(Stream.of(0), options.dimensions.stream()).distinct().toList(),
        Stream.concat(Stream.of(VectorType.FLOAT32), options.vectors.stream()).distinct().toList());
  }

  /**
   * Those of a model, its own left out.
   *
   * @throws FatalException if it has fewer dimensions, or its vectors are not fit for a type
   */
  List<VectorShape> of(Provenance model) {
    Provenance.Computation computed = model.computed();
    List<VectorShape> shapes = new ArrayList<>();
    for (VectorType type : types) {
      require(
          type != VectorType.INT8 || computed.normalized(),
          "int8 holds vectors of length one, and %s does not scale its vectors",
          model.model().id());
      for (int size : dimensions) {
        require(
            size <= computed.dimensions(),
            "%s has %d dimensions, not %d",
            model.model().id(),
            computed.dimensions(),
            size);
        shapes.add(new VectorShape(size == 0 ? computed.dimensions() : size, type));
      }
    }
    shapes.remove(VectorShape.whole(computed.dimensions()));
    return shapes.stream().distinct().toList();
  }

  private static void require(boolean holds, String otherwise, Object... values) {
    if (!holds) {
      throw new FatalException(ExitCode.USAGE, otherwise.formatted(values));
    }
  }
}
