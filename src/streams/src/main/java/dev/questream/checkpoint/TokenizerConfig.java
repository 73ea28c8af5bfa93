package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.questream.weights.ModelJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What {@code tokenizer_config.json} says beside the tokenizer itself. {@code transformers} makes
 * the normalizer of a BERT tokenizer of it, and the space before the first word of a RoBERTa
 * tokenizer, whatever {@code tokenizer.json} has.
 */
final class TokenizerConfig {
  /**
   * Classes whose normalizer is made of the three keys, without the ending {@code Fast}. For DPR's
   * own, {@code transformers} 5 leaves {@code do_lower_case} out; the authors' word counts here.
   */
  private static final Set<String> BERT_CLASSES =
      Set.of(
          "BertTokenizer",
          "DistilBertTokenizer",
          "ElectraTokenizer",
          "MPNetTokenizer",
          "DPRQuestionEncoderTokenizer",
          "DPRContextEncoderTokenizer",
          "DPRReaderTokenizer");

  /** Models that have one of these classes where none is named. */
  private static final Set<String> BERT_MODELS =
      Set.of("bert", "distilbert", "electra", "mpnet", "dpr", "nomic_bert");

  private final Path file;
  private final JsonNode json;
  private final boolean ofBert;
  private final boolean ofRoberta;

  private TokenizerConfig(Path file, JsonNode json, JsonNode config) {
    this.file = file;
    this.json = json;
    String model = config.path("model_type").asText("");
    String named =
        model.equals("modernbert") // published with a class that it does not have
            ? ""
            : json.path("tokenizer_class")
                .asText(config.path("tokenizer_class").asText(""))
                .replaceFirst("Fast$", "");
    this.ofBert = named.isEmpty() ? BERT_MODELS.contains(model) : BERT_CLASSES.contains(named);
    this.ofRoberta = named.isEmpty() ? model.equals("roberta") : named.equals("RobertaTokenizer");
  }

  /** The one in a folder; where there is none, it says nothing. */
  static TokenizerConfig in(Path folder) {
    Path file = folder.resolve(ModelFiles.TOKENIZER_CONFIG);
    return new TokenizerConfig(file, read(file), read(folder.resolve(ModelFiles.CONFIG)));
  }

  private static JsonNode read(Path file) {
    return Files.exists(file) ? ModelJson.read(file) : JsonNodeFactory.instance.objectNode();
  }

  /** The longest input; none where nothing is said, or that it is endless (1e30). */
  OptionalInt maxTokens() {
    String key = json.has("model_max_length") ? "model_max_length" : "max_len";
    return DeclaredLength.of(file, json, key);
  }

  /** Whether a space goes before the first word is said here. */
  boolean isOfRoberta() {
    return ofRoberta;
  }

  /** Whether it does. */
  boolean spaceFirst() {
    return json.path("add_prefix_space").asBoolean();
  }

  /** Whether the normalizer is made of what follows. */
  boolean isOfBert() {
    return ofBert;
  }

  /** Whether texts are lower-cased. */
  boolean lowerCase() {
    return json.path("do_lower_case").asBoolean(true);
  }

  /** Whether every Chinese character is a word. */
  boolean splitChinese() {
    return json.path("tokenize_chinese_chars").asBoolean(true);
  }

  /** Whether accents are taken off; empty means where texts are lower-cased. */
  Optional<Boolean> stripAccents() {
    JsonNode value = json.path("strip_accents");
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }
}
