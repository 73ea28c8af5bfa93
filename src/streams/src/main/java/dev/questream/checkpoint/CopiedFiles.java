package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.encoder.EncoderRole;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a model beside its weights: declarations and tokenizer, of the model and of its
 * modules.
 *
 * @param root folder of the model
 * @param encoder folder of its weights, in the root
 * @param dense folders of its Dense modules, in the root
 * @param contents of files, by their names in the root
 */
record CopiedFiles(Path root, Path encoder, List<Path> dense, Map<String, byte[]> contents) {
  /** What declares something, and vocabularies. */
  private static final Pattern KEPT = Pattern.compile("[^.].*\\.(json|txt|model)");

  private static final Pattern INDEX = Pattern.compile(".*\\.index\\.json");
  private static final long MAX_BYTES = 64 << 20;

  static CopiedFiles of(PublishedModel model) throws IOException {
    return model instanceof FolderModel folder ? of(folder) : made(model);
  }

  private static CopiedFiles of(FolderModel model) throws IOException {
    Path root = model.folder();
    Path encoder = ((SentenceModule.Transformer) model.modules().get(0)).folder();
    List<Path> dense = new ArrayList<>();
    Set<Path> folders = new LinkedHashSet<>(List.of(root, encoder));
    Path listed = root.resolve(ModelFiles.MODULES);
    if (Files.exists(listed)) {
      for (JsonNode module : ModelJson.read(listed)) {
        Path folder = root.resolve(module.path("path").asText());
        folders.add(folder);
        if (module.path("type").asText().endsWith(".Dense")) {
          dense.add(root.relativize(folder));
        }
      }
    }
    Map<String, byte[]> contents = new TreeMap<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        read(root, folder, contents);
      }
    }
    Path config = root.relativize(encoder.resolve(ModelFiles.CONFIG));
    contents.computeIfPresent(config.toString(), (name, content) -> asFloat32(content, name));
    return new CopiedFiles(root, root.relativize(encoder), dense, contents);
  }

  private static void read(Path root, Path folder, Map<String, byte[]> contents)
      throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (KEPT.matcher(name).matches() && !INDEX.matcher(name).matches()) {
          if (Files.size(file) > MAX_BYTES) {
            throw new ModelException(
                "%s has %,d bytes, and what lies beside the weights would be copied; move it elsewhere"
                    .formatted(file, Files.size(file)));
          }
          contents.put(root.relativize(file).toString(), Files.readAllBytes(file));
        }
      }
    }
  }

  /** The content, unless it declares another type: weights would be rounded to it again. */
  private static byte[] asFloat32(byte[] content, String name) {
    JsonNode config = ModelJson.parse(content, name);
    boolean changed = false;
    for (String key : List.of("torch_dtype", "dtype")) {
      if (config instanceof ObjectNode object
          && object.path(key).isTextual()
          && !object.path(key).asText().equals("float32")) {
        object.put(key, "float32");
        changed = true;
      }
    }
    return changed ? config.toPrettyString().getBytes(StandardCharsets.UTF_8) : content;
  }

  /** For a model that is in no folder: pooling and normalisation as its modules say it. */
  private static CopiedFiles made(PublishedModel model) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    contents.put(ModelFiles.CONFIG, model.config().toString().getBytes(StandardCharsets.UTF_8));
    contents.put(ModelFiles.TOKENIZER, model.tokenizerJson());
    contents.put(ModelFiles.MODULES, utf8(modules(model).toString()));
    ObjectNode pooling = JsonNodeFactory.instance.objectNode();
    pooling.put("word_embedding_dimension", model.config().whole("hidden_size").orElseThrow());
    pooling.put("pooling_mode_cls_token", model.pooling().equals("cls"));
    pooling.put("pooling_mode_mean_tokens", model.pooling().equals("mean"));
    contents.put("1_Pooling/" + ModelFiles.CONFIG, utf8(pooling.toString()));
    ObjectNode length = JsonNodeFactory.instance.objectNode();
    length.put("max_seq_length", model.maxTokens()).put("do_lower_case", false);
    contents.put(ModelFiles.SENTENCE_CONFIGS.get(0), utf8(length.toString()));
    ObjectNode prompts = JsonNodeFactory.instance.objectNode();
    prompts.putObject("prompts").put("query", model.prefix(EncoderRole.QUESTION));
    contents.put(ModelFiles.SENTENCE_TRANSFORMERS, utf8(prompts.toString()));
    return new CopiedFiles(Path.of(""), Path.of(""), List.of(), contents);
  }

  private static JsonNode modules(PublishedModel model) {
    List<String> names = new ArrayList<>(List.of("Transformer", "Pooling"));
    if (model.normalized()) {
      names.add("Normalize");
    }
    var modules = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < names.size(); i++) {
      ObjectNode module = modules.addObject().put("idx", i).put("name", Integer.toString(i));
      module.put("path", i == 0 ? "" : i + "_" + names.get(i));
      module.put("type", SentenceModule.LIBRARY + "models." + names.get(i));
    }
    return modules;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Bytes of all. */
  long bytes() {
    return contents.values().stream().mapToLong(content -> content.length).sum();
  }

  /** Writes the files into another root. */
  void write(Path target) throws IOException {
    for (Map.Entry<String, byte[]> file : contents.entrySet()) {
      Path copy = target.resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Files.write(copy, file.getValue());
    }
  }
}
