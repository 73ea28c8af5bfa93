package dev.questream.torchscript;

import dev.questream.checkpoint.BertCheckpoint;
import dev.questream.checkpoint.BertConfig;
import dev.questream.encoder.Pooling;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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

  private BertArchive(BertCheckpoint bert, GraphFormat format, TorchScriptArchive archive) {
    this.bert = bert;
    this.format = format;
    this.linear = new LinearLayers(format);
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
      new BertArchive(bert, format, archive).writeAttributes(pooling == Pooling.CLS);
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
    norm("embedding_norm", "embeddings.LayerNorm");
    int last = config().layers() - 1;
    linear.write(
        archive,
        "qkv",
        cls ? last : config().layers(),
        layer -> attention(layer, "query", "key", "value"));
    if (cls) {
      linear.write(archive, "last_query", attention(last, "query"));
      linear.write(archive, "last_kv", attention(last, "key", "value"));
    }
    archive.objects("blocks", "Block", config().layers(), layer -> () -> writeBlock(layer));
    if (config().projection() > 0) {
      archive.tensor("projection_weight", bert.read("encode_proj.weight"), states());
      archive.tensor("projection_bias", bert.read("encode_proj.bias"), states());
    }
  }

  private void writeBlock(int layer) throws IOException {
    String name = layer(layer);
    linear("attention", name + "attention.output.dense");
    norm("attention_norm", name + "attention.output.LayerNorm");
    linear("up", name + "intermediate.dense");
    linear("down", name + "output.dense");
    norm("output_norm", name + "output.LayerNorm");
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

  private static String layer(int layer) {
    return "encoder.layer." + layer + ".";
  }

  private void linear(String attribute, String name) throws IOException {
    linear.write(archive, attribute, kind -> bert.read(name + "." + kind));
  }

  private void norm(String attribute, String name) throws IOException {
    archive.object(
        attribute,
        "Norm",
        () -> {
          archive.tensor("weight", bert.read(name + ".weight"), states());
          archive.tensor("bias", bert.read(name + ".bias"), states());
        });
  }

  private LinearLayers.Part attention(int layer, String... names) {
    String prefix = layer(layer) + "attention.self.";
    return kind ->
        stacked(
            Arrays.stream(names)
                .map(name -> bert.read(prefix + name + "." + kind))
                .toArray(Tensor[]::new));
  }

  /** Tensors of one shape, one under the other along their first dimension. */
  private static Tensor stacked(Tensor... parts) {
    int bytes = 0;
    for (Tensor part : parts) {
      if (part.type() != parts[0].type()) {
        throw new ModelException(
            "%s and %s have different element types".formatted(parts[0].name(), part.name()));
      }
      bytes = Math.addExact(bytes, part.data().remaining());
    }
    ByteBuffer joined = ByteBuffer.allocate(bytes);
    for (Tensor part : parts) {
      joined.put(part.data().duplicate());
    }
    List<Long> shape = new ArrayList<>(parts[0].shape().dimensions());
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
