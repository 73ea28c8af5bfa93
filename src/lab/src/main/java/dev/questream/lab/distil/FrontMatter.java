package dev.questream.lab.distil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.questream.checkpoint.PublishedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the card of a model says that holds for what is made of it. Only plain words are taken.
 *
 * @param languages codes; empty where it does not say
 * @param license identifier of the hub; empty where it does not say
 */
record FrontMatter(List<String> languages, String license) {
  private static final FrontMatter NONE = new FrontMatter(List.of(), "");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Pattern BLOCK = Pattern.compile("\\A---\\R(.*?\\R)---\\s", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,40}");
  private static final int MAX_BYTES = 1 << 16;

  /** Of the card in a model's folder, if there is one. */
  static FrontMatter of(PublishedModel model) throws IOException {
    if (model.location().equals(PublishedModel.BUNDLED)) {
      return new FrontMatter(List.of("en"), "mit");
    }
    Path card = Path.of(model.location()).resolve("README.md");
    if (!Files.isRegularFile(card)) {
      return NONE;
    }
    try (InputStream in = Files.newInputStream(card)) {
      return in(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
    }
  }

  /** Of a card. */
  static FrontMatter in(String card) {
    Matcher block = BLOCK.matcher(card);
    JsonNode yaml = block.find() ? read(block.group(1)) : MissingNode.getInstance();
    List<String> languages = new ArrayList<>();
    JsonNode language = yaml.path("language");
    if (language.isTextual()) {
      addWord(language, languages);
    }
    language.forEach(each -> addWord(each, languages));
    List<String> license = new ArrayList<>();
    addWord(yaml.path("license"), license);
    return new FrontMatter(languages, String.join("", license));
  }

  private static JsonNode read(String block) {
    try {
      return YAML.readTree(block);
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance(); // a card is for people, and need not be well formed
    }
  }

  private static void addWord(JsonNode value, List<String> words) {
    if (value.isTextual() && WORD.matcher(value.textValue()).matches()) {
      words.add(value.textValue());
    }
  }
}
