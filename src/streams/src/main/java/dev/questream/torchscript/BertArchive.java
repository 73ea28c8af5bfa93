package dev.questream.torchscript;

import dev.questream.checkpoint.BertCheckpoint;
import dev.questream.checkpoint.BertConfig;
import dev.questream.checkpoint.ElementType;
import dev.questream.checkpoint.Tensor;
import dev.questream.checkpoint.TensorShape;
import dev.questream.encoder.Pooling;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Writes a BERT checkpoint as a TorchScript archive that libtorch loads and runs. */
public final class BertArchive {
  /** Names the generated graph: an archive of another version must not be used. */
  public static final int GRAPH_VERSION = BertGraph.VERSION;

  private final BertCheckpoint bert;
  private final GraphFormat format;
  private final LinearLayers linear;
  private final TorchScriptArchive archive;

  private BertArchive(
      BertCheckpoint bert, GraphFormat format, LinearLayers linear, TorchScriptArchive archive) {
    this.bert = bert;
    this.format = format;
    this.linear = linear;
    this.archive = archive;
  }

  /**
   * Writes the archive. One tensor at a time is in memory.
   *
   * @param format of weights and products; where its kernels pack, {@code pack(batch Tensor[rows])}
   *     has to be called once after loading, with about as many rows as batches will have
   * @param out receives the zip; closed on return
   * @throws IOException if {@code out} does
   */
  public static void write(
      BertCheckpoint bert,
      Pooling pooling,
      boolean normalized,
      GraphFormat format,
      OutputStream out)
      throws IOException {
    String source = BertGraph.source(bert.config(), pooling, normalized, format);
    try (TorchScriptArchive archive = new TorchScriptArchive(out, source, BertGraph.CLASS_NAME)) {
      LinearLayers linear = BertGraph.linearLayers(pooling, format);
      new BertArchive(bert, format, linear, archive).writeAttributes(pooling == Pooling.CLS);
    }
  }

  private void writeAttributes(boolean cls) throws IOException {
    archive.bool("fused", false);
    archive.tensor("word_embeddings", bert.read("embeddings.word_embeddings.weight"), matrices());
    archive.tensor(
        "position_embeddings", bert.read("embeddings.position_embeddings.weight"), matrices());
    archive.tensor(
        "token_type_embedding",
        firstRow(bert.read("embeddings.token_type_embeddings.weight")),
        states());
    archive.tensor("embedding_norm_weight", bert.read("embeddings.LayerNorm.weight"), states());
    archive.tensor("embedding_norm_bias", bert.read("embeddings.LayerNorm.bias"), states());
    int last = config().layers() - 1;
    int whole = cls ? last : config().layers();
    linear("qkv", whole, (layer, kind) -> attention(layer, kind, "query", "key", "value"));
    if (cls) {
      linear("last_query", 1, (layer, kind) -> attention(last, kind, "query"));
      linear("last_kv", 1, (layer, kind) -> attention(last, kind, "key", "value"));
    }
    linear("attention", "attention.output.dense");
    linear("up", "intermediate.dense");
    linear("down", "output.dense");
    norms("attention_norm", "attention.output.LayerNorm");
    norms("output_norm", "output.LayerNorm");
    if (config().projection() > 0) {
      archive.tensor("projection_weight", bert.read("encode_proj.weight"), states());
      archive.tensor("projection_bias", bert.read("encode_proj.bias"), states());
    }
  }

  private BertConfig config() {
    return bert.config();
  }

  private ElementType matrices() {
    return format.matrices();
  }

  private ElementType states() {
    return format.states();
  }

  private void linear(String attribute, int layers, LinearLayers.Part part) throws IOException {
    linear.write(archive, attribute, layers, part);
  }

  private void linear(String attribute, String name) throws IOException {
    linear(attribute, config().layers(), (layer, kind) -> read(layer, name, kind));
  }

  private void norms(String attribute, String name) throws IOException {
    for (String kind : List.of("weight", "bias")) {
      archive.list(
          attribute + "_" + kind, config().layers(), layer -> read(layer, name, kind), states());
    }
  }

  private Tensor read(int layer, String name, String kind) {
    return bert.read("encoder.layer.%d.%s.%s".formatted(layer, name, kind));
  }

  private Tensor attention(int layer, String kind, String... names) {
    return stacked(
        Arrays.stream(names)
            .map(name -> read(layer, "attention.self." + name, kind))
            .toArray(Tensor[]::new));
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
