package dev.questream.torchscript;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.checkpoint.TensorNames;
import dev.questream.weights.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tensor of a graph that training changes, and the stored tensors that it is made of.
 *
 * @param path of the attribute in the class {@code Encoder}, such as {@code blocks[0].up.weight}
 * @param pieces that lie one below the other in it
 */
public record TrainedTensor(String path, List<Piece> pieces) {
  public TrainedTensor {
    pieces = List.copyOf(pieces);
  }

  /**
   * Some rows of a stored tensor.
   *
   * @param module the Dense module whose file it lies in, counted from 0; {@link
   *     ModelCopy.Change#ENCODER} for the weight file
   * @param name in that file
   * @param from the first row
   * @param to the row behind the last
   */
  public record Piece(int module, String name, long from, long to) {}

  /**
   * All of an encoder. What is computed from stored tensors (MPNet's bias by distance) is not
   * trained, nor are the zeros that stand for tensors that a family does not have.
   */
  static List<TrainedTensor> of(EncoderCheckpoint encoder) {
    Listing listing = new Listing(encoder);
    listing.list();
    return List.copyOf(listing.found);
  }

  private static final class Listing {
    private final EncoderCheckpoint encoder;
    private final TensorNames names;
    private final List<TrainedTensor> found = new ArrayList<>();

    Listing(EncoderCheckpoint encoder) {
      this.encoder = encoder;
      this.names = encoder.names();
    }

    /** By the attributes that {@link EncoderArchive} writes. */
    void list() {
      long hidden = encoder.config().hidden();
      add("word_embeddings", names.words(), "weight", encoder.config().vocabulary());
      names.tokenTypes().ifPresent(table -> add("token_type_embedding", table, "weight", 1));
      encoder
          .positions()
          .ifPresent(
              table ->
                  add(
                      "position_embeddings",
                      names.positions().orElseThrow(),
                      "weight",
                      table.shape().dimension(0)));
      layer("embedding_norm", names.embeddingNorm(), hidden);
      int layers = encoder.config().layers();
      boolean first = encoder.output().firstTokenOnly();
      for (int layer = 0; layer < layers; layer++) {
        if (first && layer == layers - 1) {
          qkv("last_query", layer, 0, hidden);
          qkv("last_kv", layer, hidden, 3 * hidden);
        } else {
          qkv("qkv[%d]".formatted(layer), layer, 0, 3 * hidden);
        }
        block(layer, "blocks[%d].".formatted(layer));
      }
      names.finalNorm().ifPresent(norm -> layer("final_norm", norm, hidden));
      dense();
    }

    private void block(int layer, String path) {
      TensorNames.Layer parts = names.layer();
      long hidden = encoder.config().hidden();
      long inner = encoder.config().intermediate();
      layer(path + "attention", names.in(layer, parts.attention()), hidden);
      if (layer > 0 || !encoder.config().variation().preNorm()) {
        layer(path + "attention_norm", names.in(layer, parts.attentionNorm()), hidden);
      }
      layer(
          path + "up",
          names.in(layer, parts.up()),
          encoder.config().variation().gated() ? 2 * inner : inner);
      layer(path + "down", names.in(layer, parts.down()), hidden);
      layer(path + "output_norm", names.in(layer, parts.outputNorm()), hidden);
    }

    private void dense() {
      int index = 0;
      Optional<String> projection = encoder.projectionName();
      for (var dense : encoder.output().dense()) {
        String path = "dense[%d]".formatted(index);
        long rows = dense.weight().shape().dimension(0);
        if (index == 0 && projection.isPresent()) {
          layer(path, projection.get(), rows);
        } else {
          int module = index - (projection.isPresent() ? 1 : 0);
          for (Tensor tensor : List.of(dense.weight(), dense.bias())) {
            if (!tensor.name().equals(SentenceModule.NO_NAME)) {
              String kind = tensor.shape().rank() == 1 ? ".bias" : ".weight";
              add(path + kind, new Piece(module, tensor.name(), 0, rows));
            }
          }
        }
        index++;
      }
    }

    private void layer(String path, String name, long rows) {
      add(path + ".weight", name, "weight", rows);
      add(path + ".bias", name, "bias", rows);
    }

    private void add(String path, String name, String kind, long rows) {
      encoder
          .storedName(name, kind)
          .ifPresent(stored -> add(path, new Piece(ModelCopy.Change.ENCODER, stored, 0, rows)));
    }

    private void add(String path, Piece... pieces) {
      found.add(new TrainedTensor(path, List.of(pieces)));
    }

    /** Rows of the product that makes queries, keys and values. */
    private void qkv(String path, int layer, long from, long to) {
      qkv(path, layer, from, to, "weight");
      qkv(path, layer, from, to, "bias");
    }

    private void qkv(String path, int layer, long from, long to, String kind) {
      List<String> parts = names.layer().qkv();
      long rows = 3L * encoder.config().hidden() / parts.size();
      List<Piece> pieces = new ArrayList<>();
      for (int part = 0; part < parts.size(); part++) {
        long start = part * rows;
        long begin = Math.max(from, start) - start;
        long end = Math.min(to, start + rows) - start;
        if (begin < end) {
          encoder
              .storedName(names.in(layer, parts.get(part)), kind)
              .ifPresent(
                  stored -> pieces.add(new Piece(ModelCopy.Change.ENCODER, stored, begin, end)));
        }
      }
      if (!pieces.isEmpty()) {
        found.add(new TrainedTensor(path + "." + kind, pieces));
      }
    }
  }
}
