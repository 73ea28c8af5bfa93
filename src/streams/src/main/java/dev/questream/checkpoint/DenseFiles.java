package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import dev.questream.weights.Tensor;
import dev.questream.weights.WeightFormat;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a Dense module of sentence-transformers: its {@code config.json} and its weights. */
final class DenseFiles {
  private static final String INPUT = "sentence_embedding";
  private static final String TANH = "torch.nn.modules.activation.Tanh"; // if none is named
  private static final String WEIGHT = "linear.weight";
  private static final String BIAS = "linear.bias";

  private DenseFiles() {}

  /**
   * Reads the module.
   *
   * @param config its {@code config.json}
   * @throws ModelException if it is damaged or does what is not supported
   */
  static SentenceModule.Dense read(Path config) {
    JsonNode json = ModelJson.read(config);
    for (String key : new String[] {"module_input_name", "module_output_name"}) {
      String name = json.path(key).asText(INPUT);
      if (!name.equals(INPUT)) {
        throw new ModelException(
            "%s has %s=%s; a Dense module of %s is supported".formatted(config, key, name, INPUT));
      }
    }
    if (json.path("use_residual").asBoolean()) {
      throw new ModelException(
          "%s has use_residual=true; a Dense module without it is supported".formatted(config));
    }
    Activation activation =
        Activation.ofClass(json.path("activation_function").asText(TANH), config.toString());
    Checkpoint weights = weights(config.getParent());
    Tensor weight = matrix(weights);
    return new SentenceModule.Dense(weight, bias(weights, json, weight), activation);
  }

  private static Checkpoint weights(Path folder) {
    return WeightFormat.choose(name -> Files.isRegularFile(folder.resolve(name)))
        .map(name -> Checkpoint.open(folder.resolve(name)))
        .orElseThrow(() -> new ModelException(folder + " holds no weights of a Dense module"));
  }

  private static Tensor matrix(Checkpoint weights) {
    Tensor weight = weights.read(WEIGHT);
    if (weight.shape().rank() != 2) {
      throw new ModelException(
          "%s: %s has shape %s, expected a matrix"
              .formatted(weights.file(), WEIGHT, weight.shape()));
    }
    return weight;
  }

  private static Tensor bias(Checkpoint weights, JsonNode json, Tensor weight) {
    return json.path("bias").asBoolean(true)
        ? weights.read(BIAS)
        : EncoderCheckpoint.zeros(SentenceModule.NO_NAME, weight.shape().size(0));
  }
}
