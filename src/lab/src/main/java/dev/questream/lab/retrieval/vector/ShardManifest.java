package dev.questream.lab.retrieval.vector;

import dev.questream.app.io.DataException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.provenance.Provenance;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the vectors of a folder were made of: passages, model, precision, storage. A folder is only
 * ever continued or read with the same.
 *
 * @param facts name and value, compared as a whole
 */
record ShardManifest(Map<String, String> facts) {
  static final String FILE = "manifest.properties";
  static final String FORMAT = "questream passage vectors 2";
  private static final Set<String> NAMES = Set.of("model", "model.revision");
  private static final String TOPIC = "topic.id";
  private static final String VECTOR_TYPE = "vector.type";
  private static final int SHOWN_HASH = 12;

  ShardManifest {
    facts = new TreeMap<>(facts);
  }

  static ShardManifest of(
      EncoderInfo encoder, PassageCollection passages, StorageType storage, int shardPassages) {
    Map<String, String> facts = facts(encoder.provenance(), passages, storage, shardPassages);
    facts.put("role", encoder.role().label());
    facts.put("max.tokens", Integer.toString(encoder.maxTokens()));
    return new ShardManifest(facts);
  }

  /**
   * Of vectors that were read from a topic.
   *
   * @param ends how far it was
   */
  static ShardManifest ofTopic(
      Provenance maker,
      PassageCollection passages,
      StorageType storage,
      int shardPassages,
      String topicId,
      String ends) {
    Map<String, String> facts = facts(maker, passages, storage, shardPassages);
    facts.put(TOPIC, topicId);
    facts.put("topic.ends", ends);
    facts.put(VECTOR_TYPE, maker.computed().vectorType());
    return new ShardManifest(facts);
  }

  private static Map<String, String> facts(
      Provenance maker, PassageCollection passages, StorageType storage, int shardPassages) {
    Provenance.Model model = maker.model();
    Provenance.Computation computed = maker.computed();
    Map<String, String> facts = new TreeMap<>();
    facts.put("format", FORMAT);
    facts.put("passages", Integer.toString(passages.size()));
    facts.put("passages.sha256", passages.sha256());
    facts.put("model", model.id());
    facts.put("model.revision", model.revision());
    facts.put("weights.sha256", model.weightsSha256());
    facts.put("tokenizer.sha256", model.tokenizerSha256());
    facts.put("pooling", computed.pooling());
    facts.put("normalized", Boolean.toString(computed.normalized()));
    facts.put("precision", computed.precision());
    facts.put("prefix", computed.prefix());
    facts.put("passage.template", computed.passageTemplate());
    facts.put("dimensions", Integer.toString(computed.dimensions()));
    facts.put("storage", storage.label());
    facts.put("shard.passages", Integer.toString(shardPassages));
    return facts;
  }

  boolean isOfTopic() {
    return facts.containsKey(TOPIC);
  }

  /**
   * Who made the vectors of a topic.
   *
   * @throws DataException if the file is damaged
   */
  Provenance provenance() {
    try {
      return new Provenance(
          new Provenance.Model(
              facts.get("model"),
              facts.get("model.revision"),
              facts.get("weights.sha256"),
              facts.get("tokenizer.sha256")),
          new Provenance.Computation(
              facts.get("pooling"),
              Boolean.parseBoolean(facts.get("normalized")),
              facts.get("precision"),
              facts.get("prefix"),
              facts.get("passage.template"),
              Integer.parseInt(facts.get("dimensions")),
              facts.get(VECTOR_TYPE)));
    } catch (NumberFormatException e) {
      throw new DataException("a manifest of passage vectors is damaged: " + facts, e);
    }
  }

  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  static ShardManifest read(Path folder) {
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(folder.resolve(FILE), StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException(
          "%s cannot be read: %s".formatted(folder.resolve(FILE), e.getMessage()), e);
    }
    Map<String, String> facts = new TreeMap<>();
    properties.stringPropertyNames().forEach(key -> facts.put(key, properties.getProperty(key)));
    return new ShardManifest(facts);
  }

  void write(Path folder) throws IOException {
    Properties properties = new Properties();
    properties.putAll(facts);
    AtomicFile.write(
        folder.resolve(FILE),
        folder.resolve(FILE + ".part"),
        part -> {
          try (Writer out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            properties.store(out, "Vectors of passages; written by questream evaluate");
          }
          return part;
        });
  }

  /**
   * Refuses a folder that was made of something else. A model is known by its weights, whatever it
   * is called.
   *
   * @throws DataException says what differs
   */
  void requireSame(ShardManifest wanted, Path folder) {
    if (!same("weights.sha256", wanted)) {
      throw refused(folder, "of the model " + model(), "the model is " + wanted.model());
    }
    if (!same("passages.sha256", wanted)) {
      throw refused(
          folder,
          "of other passages (%s of them)".formatted(facts.get("passages")),
          "the passage file has another content");
    }
    for (String fact : wanted.facts.keySet()) {
      if (!NAMES.contains(fact) && !same(fact, wanted)) {
        throw refused(
            folder,
            "made with %s=%s".formatted(fact, facts.get(fact)),
            "it is %s=%s".formatted(fact, wanted.facts.get(fact)));
      }
    }
  }

  private boolean same(String fact, ShardManifest other) {
    return Objects.equals(facts.get(fact), other.facts.get(fact));
  }

  private String model() {
    String weights = facts.getOrDefault("weights.sha256", "");
    return "%s (weights %s)"
        .formatted(
            facts.get("model"), weights.substring(0, Math.min(SHOWN_HASH, weights.length())));
  }

  private static DataException refused(Path folder, String there, String here) {
    return new DataException(
        "%s holds vectors %s, and here %s; name another folder with --passage-embeddings, or delete this one"
            .formatted(folder, there, here));
  }
}
