package dev.questream.torchscript;

import dev.questream.checkpoint.BertCheckpoint;
import dev.questream.checkpoint.BertConfig;
import dev.questream.checkpoint.Tensor;
import dev.questream.checkpoint.TensorShape;
import dev.questream.encoder.Pooling;
import dev.questream.encoder.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Writes a BERT checkpoint as a TorchScript archive that libtorch loads and runs. */
public final class BertArchive {
  /** Names the generated graph: an archive of another version must not be used. */
  public static final int GRAPH_VERSION = BertGraph.VERSION;

  private final BertCheckpoint bert;
  private final TorchScriptArchive archive;

  private BertArchive(BertCheckpoint bert, TorchScriptArchive archive) {
    this.bert = bert;
    this.archive = archive;
  }

  /**
   * Writes the archive. One tensor at a time is in memory.
   *
   * @param packable whether the graph can lay its weights out for oneDNN after loading
   * @param out receives the zip; closed on return
   * @throws IOException if {@code out} does
   */
  public static void write(
      BertCheckpoint bert,
      Pooling pooling,
      boolean normalized,
      Precision precision,
      boolean packable,
      OutputStream out)
      throws IOException {
    String source = BertGraph.source(bert.config(), pooling, normalized, precision, packable);
    try (TorchScriptArchive archive =
        new TorchScriptArchive(out, source, BertGraph.CLASS_NAME, precision)) {
      new BertArchive(bert, archive).writeAttributes(pooling == Pooling.CLS);
    }
  }

  private void writeAttributes(boolean cls) throws IOException {
    archive.bool("packed", false);
    archive.bool("fused", false);
    tensor("word_embeddings", "embeddings.word_embeddings.weight");
    tensor("position_embeddings", "embeddings.position_embeddings.weight");
    archive.tensor(
        "token_type_embedding", firstRow(bert.read("embeddings.token_type_embeddings.weight")));
    tensor("embedding_norm_weight", "embeddings.LayerNorm.weight");
    tensor("embedding_norm_bias", "embeddings.LayerNorm.bias");
    int last = config().layers() - 1;
    queriesKeysValues("qkv_weight", "weight", cls ? last : config().layers());
    queriesKeysValues("qkv_bias", "bias", cls ? last : config().layers());
    if (cls) {
      archive.tensor("last_query_weight", attention(last, "query.weight"));
      archive.tensor("last_query_bias", attention(last, "query.bias"));
      archive.tensor(
          "last_kv_weight",
          stacked(attention(last, "key.weight"), attention(last, "value.weight")));
      archive.tensor(
          "last_kv_bias", stacked(attention(last, "key.bias"), attention(last, "value.bias")));
    }
    layers("attention_weight", "attention.output.dense.weight");
    layers("attention_bias", "attention.output.dense.bias");
    layers("attention_norm_weight", "attention.output.LayerNorm.weight");
    layers("attention_norm_bias", "attention.output.LayerNorm.bias");
    layers("up_weight", "intermediate.dense.weight");
    layers("up_bias", "intermediate.dense.bias");
    layers("down_weight", "output.dense.weight");
    layers("down_bias", "output.dense.bias");
    layers("output_norm_weight", "output.LayerNorm.weight");
    layers("output_norm_bias", "output.LayerNorm.bias");
    if (config().projection() > 0) {
      tensor("projection_weight", "encode_proj.weight");
      tensor("projection_bias", "encode_proj.bias");
    }
  }

  private BertConfig config() {
    return bert.config();
  }

  private void tensor(String attribute, String name) throws IOException {
    archive.tensor(attribute, bert.read(name));
  }

  private void layers(String attribute, String name) throws IOException {
    archive.beginTensorList(attribute);
    for (int layer = 0; layer < config().layers(); layer++) {
      archive.listed(bert.read("encoder.layer." + layer + "." + name));
    }
    archive.endTensorList();
  }

  private void queriesKeysValues(String attribute, String kind, int layers) throws IOException {
    archive.beginTensorList(attribute);
    for (int layer = 0; layer < layers; layer++) {
      archive.listed(
          stacked(
              attention(layer, "query." + kind),
              attention(layer, "key." + kind),
              attention(layer, "value." + kind)));
    }
    archive.endTensorList();
  }

  private Tensor attention(int layer, String name) {
    return bert.read("encoder.layer.%d.attention.self.%s".formatted(layer, name));
  }

  /** Tensors of one shape, one under the other along their first dimension. */
  private static Tensor stacked(Tensor... parts) {
    int bytes = 0;
    for (Tensor part : parts) {
      if (part.type() != parts[0].type()) {
        throw new dev.questream.checkpoint.ModelException(
            "%s and %s have different element types".formatted(parts[0].name(), part.name()));
      }
      bytes = Math.addExact(bytes, part.data().remaining());
    }
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (Tensor part : parts) {
      joined.put(part.data().duplicate());
    }
    List<Long> shape = new java.util.ArrayList<>(parts[0].shape().dimensions());
    shape.set(0, shape.get(0) * parts.length);
    return new Tensor(parts[0].name(), parts[0].type(), new TensorShape(shape), joined.flip());
  }

  private static Tensor firstRow(Tensor matrix) {
    long width = matrix.shape().dimension(1);
    int bytes = Math.toIntExact(width * matrix.type().bytes());
    return new Tensor(
        matrix.name(), matrix.type(), TensorShape.of(width), matrix.data().slice(0, bytes));
  }
}
