package dev.questream.torchscript;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.Positions;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.checkpoint.TensorNames;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** Writes an encoder as a TorchScript archive that libtorch loads and runs. */
public final class EncoderArchive {
  /** Names the generated graph: an archive of another version must not be used. */
  public static final int GRAPH_VERSION = EncoderGraph.VERSION;

  private final EncoderCheckpoint encoder;
  private final GraphFormat format;
  private final EncoderGraph.Purpose purpose;
  private final LinearLayers linear;
  private final TorchScriptArchive archive;

  EncoderArchive(
      EncoderCheckpoint encoder,
      GraphFormat format,
      EncoderGraph.Purpose purpose,
      TorchScriptArchive archive) {
    this.encoder = encoder;
    this.format = format;
    this.purpose = purpose;
    this.linear = new LinearLayers(format, config(encoder).activation());
    this.archive = archive;
  }

  /**
   * Writes the archive. One layer at a time is in memory.
   *
   * @param format of weights and products; where its kernels pack, {@code pack(batch Tensor[rows])}
   *     has to be called once after loading, with about as many rows as batches will have
   * @param out receives the zip; closed on return
   * @throws IOException if {@code out} does
   */
  public static void write(EncoderCheckpoint encoder, GraphFormat format, OutputStream out)
      throws IOException {
    write(encoder, format, EncoderGraph.Purpose.TEXTS, out);
  }

  /**
   * The same for an encoder of pairs of texts: an id is the word's, and the size of the vocabulary
   * times the token's type.
   */
  public static void writePairs(EncoderCheckpoint encoder, GraphFormat format, OutputStream out)
      throws IOException {
    write(encoder, format, EncoderGraph.Purpose.PAIRS, out);
  }

  private static void write(
      EncoderCheckpoint encoder, GraphFormat format, EncoderGraph.Purpose purpose, OutputStream out)
      throws IOException {
    String source = new EncoderGraph(encoder.config(), encoder.output(), format, purpose).source();
    try (TorchScriptArchive archive =
        new TorchScriptArchive(out, source, EncoderGraph.CLASS_NAME)) {
      new EncoderArchive(encoder, format, purpose, archive).writeAttributes();
    }
  }

  private static EncoderConfig.Variation config(EncoderCheckpoint encoder) {
    return encoder.config().variation();
  }

  /** Writes what the class {@code Encoder} has. */
  void writeAttributes() throws IOException {
    archive.bool("fused", false);
    archive.tensor("word_embeddings", encoder.words(), format.matrices());
    if (purpose.pairs()) {
      archive.tensor("token_type_embeddings", encoder.tokenTypes(), format.states());
    } else {
      archive.tensor("token_type_embedding", encoder.tokenType(), format.states());
    }
    optional("position_embeddings", encoder.positions(), format.matrices());
    optional("distance_bias", encoder.distances(), format.states());
    norm("embedding_norm", names().embeddingNorm());
    boolean first = encoder.output().firstTokenOnly();
    int layers = encoder.config().layers();
    int last = layers - 1;
    linear.write(archive, "qkv", first ? last : layers, layer -> qkv(layer, 0, 3));
    if (first) {
      linear.write(archive, "last_query", qkv(last, 0, 1));
      linear.write(archive, "last_kv", qkv(last, 1, 3));
    }
    archive.objects("blocks", "Block", layers, layer -> () -> writeBlock(layer));
    if (names().finalNorm().isPresent()) {
      norm("final_norm", names().finalNorm().get());
    }
    List<SentenceModule.Dense> dense = encoder.output().dense();
    archive.objects("dense", "Dense", dense.size(), layer -> () -> writeDense(dense.get(layer)));
  }

  private void optional(String attribute, Optional<Tensor> tensor, ElementType type)
      throws IOException {
    if (tensor.isPresent()) {
      archive.tensor(attribute, tensor.get(), type);
    }
  }

  private void writeBlock(int layer) throws IOException {
    TensorNames.Layer parts = names().layer();
    if (config(encoder).positions() instanceof Positions.Rotary rotary) {
      archive.bool("local", rotary.local().get(layer));
    }
    linear("attention", names().in(layer, parts.attention()));
    if (layer == 0 && config(encoder).preNorm()) {
      archive.none("attention_norm");
    } else {
      norm("attention_norm", names().in(layer, parts.attentionNorm()));
    }
    linear("up", names().in(layer, parts.up()));
    linear("down", names().in(layer, parts.down()));
    norm("output_norm", names().in(layer, parts.outputNorm()));
  }

  private void writeDense(SentenceModule.Dense dense) throws IOException {
    archive.tensor("weight", dense.weight(), format.states());
    archive.tensor("bias", dense.bias(), format.states());
  }

  private TensorNames names() {
    return encoder.names();
  }

  private void linear(String attribute, String name) throws IOException {
    linear.write(archive, attribute, kind -> encoder.read(name, kind));
  }

  private void norm(String attribute, String name) throws IOException {
    archive.object(
        attribute,
        "Norm",
        () -> {
          archive.tensor("weight", encoder.read(name, "weight"), format.states());
          archive.tensor("bias", encoder.read(name, "bias"), format.states());
        });
  }

  /** Thirds of the product that makes queries, keys and values, in this order. */
  private LinearLayers.Part qkv(int layer, int from, int to) {
    return kind -> {
      Tensor all =
          Rows.stacked(
              names().layer().qkv().stream()
                  .map(part -> encoder.read(names().in(layer, part), kind))
                  .toList());
      long third = all.shape().dimension(0) / 3;
      return Rows.of(all, from * third, to * third);
    };
  }
}
