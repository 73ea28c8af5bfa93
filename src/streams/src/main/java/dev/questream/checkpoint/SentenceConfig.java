package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What sentence-transformers notes beside the encoder, in {@code sentence_bert_config.json} or one
 * of its older names.
 *
 * @param file where it stands
 * @param maxTokens the longest input; comes before the tokenizer's own
 * @param lowerCase whether texts are lower-cased before anything else
 */
record SentenceConfig(Path file, OptionalInt maxTokens, boolean lowerCase) {
  private static final String STATES = "last_hidden_state";

  /** Whether a folder has such a file. */
  static boolean isIn(Path folder) {
    return ModelFiles.SENTENCE_CONFIGS.stream()
        .anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /**
   * The first in a folder that says anything.
   *
   * @throws ModelException if it takes something else of the encoder than the states of its tokens
   */
  static SentenceConfig in(Path folder) {
    for (String name : ModelFiles.SENTENCE_CONFIGS) {
      Path file = folder.resolve(name);
      if (Files.exists(file)) {
        JsonNode json = ModelJson.read(file);
        if (!json.isEmpty()) {
          return of(file, json);
        }
      }
    }
    return of(
        folder.resolve(ModelFiles.SENTENCE_CONFIGS.get(0)), JsonNodeFactory.instance.objectNode());
  }

  private static SentenceConfig of(Path file, JsonNode json) {
    requireStates(file, json.path("transformer_task"), "feature-extraction");
    requireStates(file, json.at("/modality_config/text/method"), "forward");
    requireStates(file, json.at("/modality_config/text/method_output_name"), STATES);
    return new SentenceConfig(
        file,
        DeclaredLength.of(file, json, "max_seq_length"),
        json.path("do_lower_case").asBoolean());
  }

  private static void requireStates(Path file, JsonNode said, String expected) {
    if (said.isTextual() && !said.textValue().equals(expected)) {
      throw new ModelException(
          "%s takes %s of the encoder; the states of its tokens (%s) are supported"
              .formatted(file, said.textValue(), STATES));
    }
  }
}
