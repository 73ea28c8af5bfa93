package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.weights.ModelJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tokenizer as the reference libraries run it: {@code tokenizer.json}, but for what the files
 * beside it override. Where they disagree, the log says so.
 */
final class TokenizerFile {
  private static final Logger LOG = LoggerFactory.getLogger(TokenizerFile.class);
  private static final String NORMALIZER = "normalizer";
  private static final String TYPE = "type";
  private static final String LOWERCASE = "lowercase";
  private static final String CHINESE = "handle_chinese_chars";
  private static final String ACCENTS = "strip_accents";
  private static final String SPACE = "add_prefix_space";

  private final Path file;
  private final JsonNode tokenizer;
  private boolean changed;

  private TokenizerFile(Path file, byte[] content) {
    this.file = file;
    this.tokenizer = ModelJson.parse(content, file.toString());
  }

  /** The content of {@code file}, or what it becomes. */
  static byte[] asRun(Path file, byte[] content, TokenizerConfig config, SentenceConfig sentence) {
    if (!config.isOfBert() && !config.isOfRoberta() && !sentence.lowerCase()) {
      return content;
    }
    TokenizerFile read = new TokenizerFile(file, content);
    if (config.isOfBert()) {
      read.normalizeAs(config);
    }
    if (config.isOfRoberta()) {
      read.spaceFirstAs(config);
    }
    if (sentence.lowerCase()) {
      read.lowerCaseFirst(sentence.file());
    }
    return read.changed ? read.tokenizer.toString().getBytes(StandardCharsets.UTF_8) : content;
  }

  private void normalizeAs(TokenizerConfig config) {
    if (!(tokenizer.path(NORMALIZER) instanceof ObjectNode bert)
        || !bert.path(TYPE).asText().equals("BertNormalizer")) {
      return;
    }
    StringJoiner differences = new StringJoiner(", ");
    boolean lower = bert.path(LOWERCASE).asBoolean();
    boolean strip = bert.path(ACCENTS).asBoolean(lower);
    set(bert, LOWERCASE, lower, config.lowerCase(), differences);
    set(bert, ACCENTS, strip, config.stripAccents().orElse(config.lowerCase()), differences);
    set(bert, CHINESE, bert.path(CHINESE).asBoolean(), config.splitChinese(), differences);
    if (differences.length() > 0) {
      overridden("normalizer", differences.toString());
    }
  }

  private void spaceFirstAs(TokenizerConfig config) {
    if (tokenizer.path("pre_tokenizer") instanceof ObjectNode bytes
        && bytes.path(TYPE).asText().equals("ByteLevel")
        && bytes.path(SPACE).asBoolean() != config.spaceFirst()) {
      bytes.put(SPACE, config.spaceFirst());
      overridden("pre-tokenizer", SPACE + "=" + config.spaceFirst());
    }
  }

  private void overridden(String part, String values) {
    changed = true;
    LOG.warn(
        "{}: the {} gets {}, as {} says; transformers does the same",
        file,
        part,
        values,
        ModelFiles.TOKENIZER_CONFIG);
  }

  private static void set(
      ObjectNode normalizer, String key, boolean found, boolean wanted, StringJoiner differences) {
    normalizer.put(key, wanted);
    if (found != wanted) {
      differences.add(key + "=" + wanted);
    }
  }

  /** As sentence-transformers does: before every other step, unless one of them does it. */
  private void lowerCaseFirst(Path declaration) {
    JsonNode normalizer = tokenizer.path(NORMALIZER);
    JsonNode steps = normalizer.path("normalizers");
    boolean done = normalizer.path(LOWERCASE).asBoolean() || lowerCases(normalizer);
    for (JsonNode step : steps) {
      done |= lowerCases(step);
    }
    if (done || !(tokenizer instanceof ObjectNode object)) {
      return;
    }
    ObjectNode sequence = object.objectNode().put(TYPE, "Sequence");
    ArrayNode all = sequence.putArray("normalizers");
    all.addObject().put(TYPE, "Lowercase");
    if (steps.isArray()) {
      all.addAll((ArrayNode) steps);
    } else if (normalizer.isObject()) {
      all.add(normalizer);
    }
    object.set(NORMALIZER, sequence);
    changed = true;
    LOG.warn(
        "{}: texts are lower-cased first, as {} says; sentence-transformers does the same",
        file,
        declaration.getFileName());
  }

  private static boolean lowerCases(JsonNode normalizer) {
    return normalizer.path(TYPE).asText().equals("Lowercase");
  }
}
