package dev.questream.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.encoder.EncoderRole;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.ModelJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tensors of a weight file that a copy holds: as a rule all, by their own names. Of a
 * checkpoint of DPR's own training, which no class of {@code transformers} reads, those of the
 * question encoder, as its {@code DPRQuestionEncoder} names them.
 *
 * @param stored the name in the weight file, by that in the copy
 * @param config the {@code config.json} that belongs to other names; empty: the source's own
 */
@SuppressWarnings("ArrayRecordComponent") // a file, not compared
record CopiedTensors(SortedMap<String, String> stored, Optional<byte[]> config) {
  private static final String MODULE = "question_encoder.";
  private static final String MODEL = MODULE + "bert_model.";

  /** All of a weight file. */
  static CopiedTensors all(Checkpoint weights) {
    SortedMap<String, String> stored = new TreeMap<>();
    weights.names().forEach(name -> stored.put(name, name));
    return new CopiedTensors(stored, Optional.empty());
  }

  /**
   * Those of a model.
   *
   * @throws ModelException if they would have to be renamed and no class reads what they are
   */
  static CopiedTensors of(PublishedModel model, Checkpoint weights) {
    StateDict question = StateDict.of(weights, EncoderRole.QUESTION);
    boolean both = StateDict.holdsBothSides(weights);
    boolean plain =
        question.names().stream().map(question::storedName).anyMatch(CopiedTensors::isDpr);
    if (!both && (question.role() != EncoderRole.QUESTION || plain)) {
      return all(weights);
    }
    EncoderCheckpoint encoder = EncoderCheckpoint.of(question, model.config(), model.modules());
    Optional<String> obstacle = obstacle(model, encoder);
    if (obstacle.isEmpty()) {
      return dpr(model, question, encoder);
    }
    if (both) {
      throw new ModelException(
          "%s holds both sides of DPR's training, and its question encoder cannot be written as a DPRQuestionEncoder of transformers: %s"
              .formatted(weights.file(), obstacle.get()));
    }
    return all(weights);
  }

  private static boolean isDpr(String stored) {
    return stored.startsWith(MODEL);
  }

  private static Optional<String> obstacle(PublishedModel model, EncoderCheckpoint encoder) {
    if (!encoder.family().equals("BERT")) {
      return Optional.of("it is %s, and that class is BERT".formatted(encoder.family()));
    }
    boolean cls = model.pooling().equals("cls") && model.modules().size() == 2;
    boolean listed =
        model instanceof FolderModel folder
            && Files.exists(folder.folder().resolve(ModelFiles.MODULES));
    return cls && !listed
        ? Optional.empty()
        : Optional.of("files of sentence-transformers beside it ask for another pooling");
  }

  private static CopiedTensors dpr(
      PublishedModel model, StateDict question, EncoderCheckpoint encoder) {
    SortedMap<String, String> stored = new TreeMap<>();
    for (String name : question.names()) {
      boolean projection = name.startsWith(TensorNames.PROJECTION + ".");
      stored.put((projection ? MODULE : MODEL) + name, question.storedName(name));
    }
    return new CopiedTensors(stored, Optional.of(config(model, encoder)));
  }

  private static byte[] config(PublishedModel model, EncoderCheckpoint encoder) {
    String declared = model.config().toString();
    JsonNode json = ModelJson.parse(declared.getBytes(StandardCharsets.UTF_8), "config.json");
    ObjectNode config = (ObjectNode) json;
    EncoderConfig found = encoder.config();
    config.put("model_type", "dpr").putArray("architectures").add("DPRQuestionEncoder");
    config
        .put("num_hidden_layers", found.layers())
        .put("hidden_size", found.hidden())
        .put("num_attention_heads", found.heads())
        .put("intermediate_size", found.intermediate())
        .put("vocab_size", found.vocabulary())
        .put("max_position_embeddings", encoder.positions().orElseThrow().shape().size(0))
        .put("type_vocab_size", encoder.tokenTypes().shape().size(0))
        .put(
            "projection_dim",
            encoder.projectionName().map(name -> encoder.output().dimensions()).orElse(0))
        .put("layer_norm_eps", found.variation().layerNormEpsilon());
    if (!config.has("hidden_act")) {
      config.put("hidden_act", "gelu");
    }
    config.remove("dtype");
    config.put("torch_dtype", "float32");
    return config.toPrettyString().getBytes(StandardCharsets.UTF_8);
  }
}
