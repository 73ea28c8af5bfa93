package dev.questream.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * A BERT encoder of a few thousand random weights, written as a safetensors file.
 *
 * <p>Tensors are known by their plain BERT names; the layout puts its prefixes before them.
 */
public final class TinyCheckpoint {
  public static final int LAYERS = 2;
  public static final int HIDDEN = 32;
  public static final int HEADS = 4;
  public static final int INTERMEDIATE = 64;
  public static final int VOCABULARY = 200;
  public static final int POSITIONS = 64;
  public static final double EPSILON = 1e-12;

  /** A {@code config.json} that fits. */
  public static final String CONFIG =
      """
      {"model_type": "bert", "hidden_act": "gelu", "num_attention_heads": 4,
       "num_hidden_layers": 2, "hidden_size": 32, "intermediate_size": 64, "vocab_size": 200,
       "max_position_embeddings": 64, "layer_norm_eps": 1e-12}
      """;

  /** Whose prefixes the state-dict keys have. */
  public enum Layout {
    QUESTION("question_encoder.bert_model.", "question_encoder."),
    PASSAGE("ctx_encoder.bert_model.", "ctx_encoder."),
    TRAINING("question_model.", ""),
    PREFIXED("bert.", ""),
    ROBERTA("module.roberta.", ""),
    PLAIN("", "");

    private final String prefix;
    private final String projectionPrefix;

    Layout(String prefix, String projectionPrefix) {
      this.prefix = prefix;
      this.projectionPrefix = projectionPrefix;
    }
  }

  private record Stored(String dtype, long[] shape, byte[] data) {}

  private final Layout layout;
  private final Random random;
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, Stored> tensors = new LinkedHashMap<>();

  private TinyCheckpoint(Layout layout, long seed) {
    this.layout = layout;
    this.random = new Random(seed);
    add("embeddings.word_embeddings.weight", VOCABULARY, HIDDEN);
    add("embeddings.position_embeddings.weight", POSITIONS, HIDDEN);
    add("embeddings.token_type_embeddings.weight", 2, HIDDEN);
    norm("embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String prefix = "encoder.layer." + layer + ".";
      linear(prefix + "attention.self.query", HIDDEN, HIDDEN);
      linear(prefix + "attention.self.key", HIDDEN, HIDDEN);
      linear(prefix + "attention.self.value", HIDDEN, HIDDEN);
      linear(prefix + "attention.output.dense", HIDDEN, HIDDEN);
      norm(prefix + "attention.output.LayerNorm");
      linear(prefix + "intermediate.dense", INTERMEDIATE, HIDDEN);
      linear(prefix + "output.dense", HIDDEN, INTERMEDIATE);
      norm(prefix + "output.LayerNorm");
    }
  }

  /** The same weights for the same layout and seed. */
  public static TinyCheckpoint random(Layout layout, long seed) {
    return new TinyCheckpoint(layout, seed);
  }

  private void linear(String name, int out, int in) {
    add(name + ".weight", out, in);
    add(name + ".bias", out);
  }

  private void norm(String name) {
    float[] weight = add(name + ".weight", HIDDEN);
    for (int i = 0; i < weight.length; i++) {
      weight[i] += 1;
    }
    with(storedName(name + ".weight"), "F32", floats(weight), HIDDEN);
    add(name + ".bias", HIDDEN);
  }

  private float[] add(String name, int... shape) {
    long[] dimensions = new long[shape.length];
    int elements = 1;
    for (int i = 0; i < shape.length; i++) {
      dimensions[i] = shape[i];
      elements *= shape[i];
    }
    float[] weights = new float[elements];
    for (int i = 0; i < elements; i++) {
      weights[i] = (float) (0.25 * random.nextGaussian());
    }
    values.put(name, weights);
    with(storedName(name), "F32", floats(weights), dimensions);
    return weights;
  }

  /** Adds the output projection of some DPR models. */
  public TinyCheckpoint projection(int width) {
    linear("encode_proj", width, HIDDEN);
    return this;
  }

  /** Adds a pooler, which encoders carry and do not use. */
  public TinyCheckpoint pooler() {
    linear("pooler.dense", HIDDEN, HIDDEN);
    return this;
  }

  /** Adds the buffer that old exports carry. */
  public TinyCheckpoint positionIds() {
    ByteBuffer ids = ByteBuffer.allocate(POSITIONS * 8).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < POSITIONS; i++) {
      ids.putLong(i);
    }
    return with(storedName("embeddings.position_ids"), "I64", ids.array(), 1, POSITIONS);
  }

  /** Takes a tensor away, by its plain BERT name. */
  public TinyCheckpoint without(String name) {
    if (tensors.remove(storedName(name)) == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return this;
  }

  /** Gives a tensor, by its plain BERT name, another shape, filled with zeros. */
  public TinyCheckpoint reshaped(String name, long... shape) {
    long elements = 1;
    for (long dimension : shape) {
      elements *= dimension;
    }
    return with(storedName(name), "F32", new byte[(int) elements * 4], shape);
  }

  /** Adds or replaces a tensor, by the whole name that it is stored under. */
  public TinyCheckpoint with(String storedName, String dtype, byte[] data, long... shape) {
    tensors.put(storedName, new Stored(dtype, shape, data));
    return this;
  }

  /** The name in the file of a tensor with this plain BERT name. */
  public String storedName(String name) {
    return (name.startsWith("encode_proj.") ? layout.projectionPrefix : layout.prefix) + name;
  }

  /** The weights of a tensor, by its plain BERT name, row by row. */
  public float[] values(String name) {
    float[] found = values.get(name);
    if (found == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return found.clone();
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  public Path write(Path file) {
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, tensor) -> {
          header.append(
              ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(
                      name,
                      tensor.dtype(),
                      java.util.Arrays.toString(tensor.shape()),
                      data.size(),
                      data.size() + tensor.data().length));
          data.writeBytes(tensor.data());
        });
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      return Files.write(file, safetensors(header.append('}').toString(), data.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of a safetensors file. */
  public static byte[] safetensors(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  /** Floats as they are stored. */
  public static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }
}
