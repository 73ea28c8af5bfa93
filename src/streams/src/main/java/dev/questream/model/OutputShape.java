package dev.questream.model;

import dev.questream.checkpoint.Matryoshka;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.ShapedBackend;
import dev.questream.encoder.VectorShape;
import dev.questream.provenance.VectorType;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shape of vectors by the settings {@code output.dimensions} and {@code output.vector}. */
final class OutputShape {
  private static final Logger LOG = LoggerFactory.getLogger(OutputShape.class);

  private OutputShape() {}

  /**
   * A model in front of which its vectors are shaped. It is closed if it cannot be.
   *
   * @throws ConfigException if the model has fewer dimensions, or its vectors are not fit for the
   *     type
   */
  static EncoderBackend shaped(
      QuestreamConfig config, Matryoshka matryoshka, EncoderBackend model) {
    try {
      return new ShapedBackend(model, shape(config, matryoshka, model.info()), matryoshka.sizes());
    } catch (ConfigException e) {
      model.close();
      throw e;
    }
  }

  static VectorShape shape(QuestreamConfig config, Matryoshka matryoshka, EncoderInfo model) {
    VectorType type = VectorType.of(config.getString(QuestreamConfig.OUTPUT_VECTOR));
    if (type == VectorType.INT8 && !model.provenance().computed().normalized()) {
      throw new ConfigException(
          "output.vector is int8, which holds vectors of length one, and %s does not scale its vectors; set float32, binary or ubinary"
              .formatted(model.modelId()));
    }
    return new VectorShape(
        dimensions(config.getInt(QuestreamConfig.OUTPUT_DIMENSIONS), matryoshka, model), type);
  }

  private static int dimensions(int set, Matryoshka matryoshka, EncoderInfo model) {
    int all = model.dimensions();
    if (set == 0) {
      return Math.min(matryoshka.preset().orElse(all), all);
    }
    if (set > all) {
      throw new ConfigException(
          "output.dimensions is %d, and %s has %d dimensions; set at most so many"
              .formatted(set, model.modelId(), all));
    }
    List<Integer> sizes = matryoshka.sizes();
    if (set < all && !sizes.contains(set)) {
      LOG.warn(
          "Vectors are cut to {} of {} dimensions, and {} {}; evaluate --dimensions measures what is"
              + " lost",
          set,
          all,
          model.modelId(),
          sizes.isEmpty()
              ? "does not say that it was trained for that"
              : "was trained for " + sizes);
    }
    return set;
  }
}
