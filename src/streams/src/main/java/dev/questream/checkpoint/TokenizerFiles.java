package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A model's tokenizer as the content of {@code tokenizer.json}: the file itself, or what {@code
 * transformers} makes of the vocabulary where a model has no more: {@code vocab.txt} of BERT's
 * relatives, {@code vocab.json} and {@code merges.txt} of RoBERTa's.
 */
final class TokenizerFiles {
  private static final long MAX_BYTES = 64 << 20;

  private static final Pattern BERT =
      Pattern.compile("(Bert|DistilBert|Electra|MobileBert|DPR\\w*)Tokenizer(Fast)?");
  private static final Pattern ROBERTA = Pattern.compile("RobertaTokenizer(Fast)?");

  private final Path folder;
  private final JsonNode config;

  private TokenizerFiles(Path folder) {
    this.folder = folder;
    Path file = folder.resolve(ModelFiles.TOKENIZER_CONFIG);
    this.config = Files.exists(file) ? ModelJson.read(file) : JsonNodeFactory.instance.objectNode();
  }

  /**
   * Reads a folder's tokenizer.
   *
   * @throws ModelException if there is none that is read; the message says what to do
   */
  static byte[] read(Path folder) throws IOException {
    Path whole = folder.resolve(ModelFiles.TOKENIZER);
    if (Files.exists(whole)) {
      return Files.readAllBytes(whole);
    }
    TokenizerFiles files = new TokenizerFiles(folder);
    return files.fromVocabulary().toString().getBytes(StandardCharsets.UTF_8);
  }

  private ObjectNode fromVocabulary() throws IOException {
    if (has(ModelFiles.VOCABULARY) && isOf(BERT, "bert", "distilbert", "dpr", "electra", "")) {
      return VocabularyTokenizer.wordPiece(text(ModelFiles.VOCABULARY), config, folder);
    }
    if (has(ModelFiles.VOCABULARY_JSON) && has(ModelFiles.MERGES) && isOf(ROBERTA, "roberta")) {
      return VocabularyTokenizer.byteLevel(
          ModelJson.read(folder.resolve(ModelFiles.VOCABULARY_JSON)),
          text(ModelFiles.MERGES),
          config,
          folder);
    }
    String what = config.path("tokenizer_class").asText("");
    throw new ModelException(
        ("%s holds no %s%s; convert its tokenizer once:"
                + " AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) in Python with"
                + " transformers, or put the one there that the model was trained with, for DPR"
                + " that of bert-base-uncased")
            .formatted(folder, ModelFiles.TOKENIZER, what.isEmpty() ? "" : " of its " + what));
  }

  private boolean has(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  private String text(String name) throws IOException {
    Path file = folder.resolve(name);
    if (Files.size(file) > MAX_BYTES) {
      throw new ModelException("%s has %,d bytes".formatted(file, Files.size(file)));
    }
    return Files.readString(file);
  }

  /** By the class of the tokenizer; where none is named, by the model's type. */
  private boolean isOf(Pattern classes, String... modelTypes) {
    JsonNode named = config.path("tokenizer_class");
    if (named.isTextual()) {
      return classes.matcher(named.asText()).matches();
    }
    Path file = folder.resolve(ModelFiles.CONFIG);
    String type = Files.exists(file) ? ModelJson.read(file).path("model_type").asText("") : "";
    return List.of(modelTypes).contains(type);
  }
}
