package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The prompts that a model's authors declare in {@code config_sentence_transformers.json}.
 *
 * @param byName their texts; empty for none
 * @param fallback the text of the default prompt, for a model without prompts of a role
 */
record Prompts(Map<String, String> byName, String fallback) {
  private static final String MODEL_TYPE = "SentenceTransformer";

  /** Of these the first with a text: that of {@code encode_query}, then other names in use. */
  private static final List<String> QUESTION =
      List.of("query", "question", "search_query", "retrieval.query");

  /**
   * Likewise: those of {@code encode_document}, then other names in use. Version 6.2 takes the
   * first even where it has no text, and so never another; the authors' text counts here.
   */
  private static final List<String> PASSAGE =
      List.of("document", "passage", "corpus", "search_document", "retrieval.passage");

  /**
   * Those in a folder; none where there is no such file.
   *
   * @throws ModelException if the file is damaged, or of a model that gives no single vector
   */
  static Prompts in(Path folder) {
    Path file = folder.resolve(ModelFiles.SENTENCE_TRANSFORMERS);
    if (!Files.exists(file)) {
      return new Prompts(Map.of(), "");
    }
    JsonNode json = ModelJson.read(file);
    String type = json.path("model_type").asText(MODEL_TYPE);
    if (!type.equals(MODEL_TYPE)) {
      throw new ModelException(
          "%s describes a %s; a %s is needed".formatted(file, type, MODEL_TYPE));
    }
    Map<String, String> prompts = new LinkedHashMap<>();
    JsonNode declared = json.path("prompts");
    if (!declared.isObject() && !declared.isMissingNode() && !declared.isNull()) {
      throw new ModelException(file + " has prompts that are no object of names and texts");
    }
    for (Map.Entry<String, JsonNode> prompt : declared.properties()) {
      if (!prompt.getValue().isTextual() && !prompt.getValue().isNull()) {
        throw new ModelException(
            "%s has the prompt %s, which is no text".formatted(file, prompt.getKey()));
      }
      prompts.put(prompt.getKey(), prompt.getValue().asText(""));
    }
    String name = json.path("default_prompt_name").asText("");
    if (!name.isEmpty() && !prompts.containsKey(name)) {
      throw new ModelException(
          "%s names the default prompt %s, and its prompts are %s"
              .formatted(file, name, prompts.keySet()));
    }
    return new Prompts(prompts, prompts.getOrDefault(name, ""));
  }

  /**
   * The text before every text of a role. The default prompt counts only where no role has a text:
   * sentence-transformers writes an empty one for each role.
   */
  String of(EncoderRole role) {
    boolean roles =
        Stream.concat(QUESTION.stream(), PASSAGE.stream()).anyMatch(name -> !text(name).isEmpty());
    if (!roles) {
      return fallback;
    }
    return (role == EncoderRole.PASSAGE ? PASSAGE : QUESTION)
        .stream().map(this::text).filter(text -> !text.isEmpty()).findFirst().orElse("");
  }

  private String text(String name) {
    return byName.getOrDefault(name, "");
  }
}
