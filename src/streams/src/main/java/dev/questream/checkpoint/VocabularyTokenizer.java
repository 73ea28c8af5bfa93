package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.weights.ModelException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the {@code tokenizer.json} of a vocabulary, as {@code BertTokenizerFast} and {@code
 * RobertaTokenizerFast} of {@code transformers} set Hugging Face's library up.
 */
final class VocabularyTokenizer {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Map<String, Integer> vocabulary;
  private final JsonNode config;
  private final Path folder;
  private final Map<Integer, ObjectNode> added = new TreeMap<>();

  private VocabularyTokenizer(Map<String, Integer> vocabulary, JsonNode config, Path folder) {
    this.vocabulary = vocabulary;
    this.config = config;
    this.folder = folder;
  }

  /**
   * BERT's tokenizer.
   *
   * @param lines {@code vocab.txt}: a token each, in the order of their ids
   * @param config {@code tokenizer_config.json}
   * @param folder of the model, for messages
   */
  static ObjectNode wordPiece(String lines, JsonNode config, Path folder) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    String[] tokens = lines.split("\r\n|\r|\n");
    for (int id = 0; id < tokens.length; id++) {
      vocabulary.put(tokens[id], id);
    }
    VocabularyTokenizer tokenizer = new VocabularyTokenizer(vocabulary, config, folder);
    String unknown = tokenizer.special("unk_token", "[UNK]");
    String sep = tokenizer.special("sep_token", "[SEP]");
    String cls = tokenizer.special("cls_token", "[CLS]");
    tokenizer.special("pad_token", "[PAD]");
    tokenizer.special("mask_token", "[MASK]");
    ObjectNode normalizer = typed("BertNormalizer").put("clean_text", true);
    normalizer.put("handle_chinese_chars", config.path("tokenize_chinese_chars").asBoolean(true));
    JsonNode strip = config.path("strip_accents");
    normalizer.set("strip_accents", strip.isBoolean() ? strip : JSON.nullNode());
    normalizer.put("lowercase", config.path("do_lower_case").asBoolean(true));
    ObjectNode model = typed("WordPiece").put("unk_token", unknown);
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode decoder = typed("WordPiece").put("prefix", "##").put("cleanup", true);
    return tokenizer.whole(
        normalizer, typed("BertPreTokenizer"), tokenizer.template(cls, sep), decoder, model);
  }

  /**
   * RoBERTa's tokenizer.
   *
   * @param ids {@code vocab.json}: the id of each token
   * @param merges {@code merges.txt}: two tokens a line, behind the version
   * @param config {@code tokenizer_config.json}
   * @param folder of the model, for messages
   */
  static ObjectNode byteLevel(JsonNode ids, String merges, JsonNode config, Path folder) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    ids.properties().forEach(token -> vocabulary.put(token.getKey(), token.getValue().asInt()));
    VocabularyTokenizer tokenizer = new VocabularyTokenizer(vocabulary, config, folder);
    String sep = tokenizer.special("sep_token", "</s>");
    String cls = tokenizer.special("cls_token", "<s>");
    tokenizer.special("unk_token", "<unk>");
    tokenizer.special("pad_token", "<pad>");
    tokenizer.special("mask_token", "<mask>");
    boolean space = config.path("add_prefix_space").asBoolean(false);
    ObjectNode processor = typed("RobertaProcessing");
    processor.set("sep", tokenizer.withId(sep));
    processor.set("cls", tokenizer.withId(cls));
    processor.put("trim_offsets", true).put("add_prefix_space", space);
    ObjectNode model = typed("BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    ArrayNode pairs = model.putArray("merges");
    for (String line : merges.split("\r\n|\r|\n")) {
      String[] pair = line.split(" ");
      if (!line.startsWith("#version") && pair.length == 2) {
        pairs.addArray().add(pair[0]).add(pair[1]);
      }
    }
    return tokenizer.whole(JSON.nullNode(), byteLevel(space), processor, byteLevel(true), model);
  }

  private static ObjectNode byteLevel(boolean addPrefixSpace) {
    ObjectNode node = typed("ByteLevel").put("add_prefix_space", addPrefixSpace);
    return node.put("trim_offsets", true).put("use_regex", true);
  }

  private ObjectNode whole(
      JsonNode normalizer,
      JsonNode preTokenizer,
      JsonNode postProcessor,
      JsonNode decoder,
      ObjectNode model) {
    ObjectNode ids = model.putObject("vocab");
    vocabulary.forEach(ids::put);
    ObjectNode whole = JSON.objectNode().put("version", "1.0");
    whole.putNull("truncation").putNull("padding");
    config.path("added_tokens_decoder").properties().forEach(this::declared);
    whole.putArray("added_tokens").addAll(added.values());
    whole.set("normalizer", normalizer);
    whole.set("pre_tokenizer", preTokenizer);
    whole.set("post_processor", postProcessor);
    whole.set("decoder", decoder);
    whole.set("model", model);
    return whole;
  }

  /** A special token by the name that the configuration gives it. */
  private String special(String role, String customary) {
    JsonNode named = config.path(role);
    JsonNode content = named.isObject() ? named.path("content") : named;
    String token = content.isTextual() ? content.asText() : customary;
    Integer id = vocabulary.get(token);
    if (id != null) {
      ObjectNode declared = token(id, token).put("lstrip", named.path("lstrip").asBoolean());
      added.put(id, declared.put("rstrip", named.path("rstrip").asBoolean()));
    } else if (!role.equals("pad_token") && !role.equals("mask_token")) {
      throw new ModelException(
          "the vocabulary in %s has no %s, its %s; put the vocabulary there that the model was trained with"
              .formatted(folder, token, role));
    }
    return token;
  }

  private void declared(Map.Entry<String, JsonNode> declared) {
    int id;
    try {
      id = Integer.parseInt(declared.getKey());
    } catch (NumberFormatException e) {
      throw new ModelException(
          "%s names a token with the id %s".formatted(folder, declared.getKey()), e);
    }
    JsonNode said = declared.getValue();
    ObjectNode token = token(id, said.path("content").asText());
    for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
      token.put(flag, said.path(flag).asBoolean());
    }
    added.put(id, token);
  }

  private static ObjectNode token(int id, String content) {
    ObjectNode token = JSON.objectNode().put("id", id).put("content", content);
    token.put("single_word", false).put("lstrip", false).put("rstrip", false);
    return token.put("normalized", false).put("special", true);
  }

  private ArrayNode withId(String token) {
    return JSON.arrayNode().add(token).add(vocabulary.get(token));
  }

  private ObjectNode template(String cls, String sep) {
    ObjectNode template = typed("TemplateProcessing");
    ArrayNode single = template.putArray("single");
    ArrayNode pair = template.putArray("pair");
    for (ArrayNode sequence : new ArrayNode[] {single, pair}) {
      sequence.add(part("SpecialToken", cls, 0)).add(part("Sequence", "A", 0));
      sequence.add(part("SpecialToken", sep, 0));
    }
    pair.add(part("Sequence", "B", 1)).add(part("SpecialToken", sep, 1));
    ObjectNode special = template.putObject("special_tokens");
    for (String token : new String[] {cls, sep}) {
      ObjectNode one = special.putObject(token).put("id", token);
      one.putArray("ids").add(vocabulary.get(token));
      one.putArray("tokens").add(token);
    }
    return template;
  }

  private static ObjectNode part(String kind, String id, int type) {
    ObjectNode part = JSON.objectNode();
    part.putObject(kind).put("id", id).put("type_id", type);
    return part;
  }

  private static ObjectNode typed(String type) {
    return JSON.objectNode().put("type", type);
  }
}
