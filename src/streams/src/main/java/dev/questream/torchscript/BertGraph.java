package dev.questream.torchscript;

import dev.questream.checkpoint.BertConfig;
import dev.questream.checkpoint.ElementType;
import dev.questream.encoder.Pooling;
import java.util.List;
import java.util.Locale;

/**
 * The BERT encoder as TorchScript source.
 *
 * <p>{@code forward(ids int64[T], positions int64[T], groups int64[G,2]) -> float32[B,
 * dimensions]}. The tokens of all texts are laid end to end, sorted so that texts of one length are
 * neighbours; row {@code g} of {@code groups} is (length, number of texts) of a run of equally long
 * texts. Linear layers, norms and GELU run on the packed tokens, attention runs group by group: no
 * text is padded to the length of another. Output rows are in the order of the packed texts.
 *
 * <p>There may be more ids than the groups have tokens; what lies behind is computed and dropped.
 * oneDNN compiles and keeps kernels for every number of rows that it meets, so callers should round
 * T up to few different numbers.
 *
 * <p>With CLS pooling the last layer computes queries, feed-forward and norms for first tokens
 * only, which changes nothing in the result.
 *
 * <p>The arithmetic follows {@code transformers}' {@code BertModel}: erf GELU, post-norm, token
 * types zero, position by index.
 */
final class BertGraph {
  static final String CLASS_NAME = "Encoder";

  /** Changes whenever the generated source or the attribute layout changes. */
  static final int VERSION = 5;

  private static final String HEAD =
      """
      class Encoder(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        fused : bool
        word_embeddings : Tensor
        position_embeddings : Tensor
        token_type_embedding : Tensor
        embedding_norm_weight : Tensor
        embedding_norm_bias : Tensor
        attention_norm_weight : List[Tensor]
        attention_norm_bias : List[Tensor]
        output_norm_weight : List[Tensor]
        output_norm_bias : List[Tensor]
      """;

  private static final String PROJECTION_HEAD =
      """
        projection_weight : Tensor
        projection_bias : Tensor
      """;

  private static final String FORWARD =
      """
        def forward(self: __torch__.Encoder, ids: Tensor, positions: Tensor, groups: Tensor) -> Tensor:
          device = ops.prim.device(self.word_embeddings)
          lengths, counts = (self).runs(groups)
          starts = (self).starts_of(groups, device)
          longest = int(torch.max(torch.select(groups, 1, 0)))
          words = torch.to(torch.embedding(self.word_embeddings, torch.to(ids, device)), 6)
          places = torch.to(torch.embedding(self.position_embeddings, torch.to(positions, device)), 6)
          embedded = torch.add(torch.add(words, torch.to(self.token_type_embedding, 6)), places)
          embedding_weight = torch.to(self.embedding_norm_weight, 6)
          embedding_bias = torch.to(self.embedding_norm_bias, 6)
          normed = torch.layer_norm(embedded, [$HIDDEN], embedding_weight, embedding_bias, $EPSILON)
          x = torch.to(normed, $DTYPE)
          for i in range($FULL_LAYERS):
            qkv = (self).dense(x, self.qkv_weight[i], self.qkv_bias[i])
            context = (self).mixed(qkv, x, lengths, counts, starts, longest)
            x = (self).block(context, x, i)
      """;

  private static final String CLS_LAST_LAYER =
      """
          rows = annotate(List[Tensor], [])
          start = 0
          for g in range(torch.len(lengths)):
            length = lengths[g]
            count = counts[g]
            part = torch.narrow(x, 0, start, torch.mul(length, count))
            _3 = torch.append(rows, torch.select(torch.view(part, [count, length, $HIDDEN]), 1, 0))
            start = torch.add(start, torch.mul(length, count))
          texts = torch.sum(torch.select(groups, 1, 1))
          texts0 = int(texts)
          places0 = torch.mul(torch.floordiv(torch.add(texts0, 15), 16), 16)
          first = (self).filled(rows, x, places0)
          queries = (self).dense(first, self.last_query_weight[0], self.last_query_bias[0])
          kv = (self).dense(x, self.last_kv_weight[0], self.last_kv_bias[0])
          context = (self).asked(queries, kv, first, lengths, counts, starts, longest)
          pooled = torch.narrow((self).block(context, first, $LAST_LAYER), 0, 0, texts0)
      """;

  private static final String MEAN_POOLING =
      """
          means = annotate(List[Tensor], [])
          start = 0
          for g in range(torch.len(lengths)):
            length = lengths[g]
            count = counts[g]
            part = torch.narrow(x, 0, start, torch.mul(length, count))
            states = torch.to(torch.view(part, [count, length, $HIDDEN]), 6)
            _5 = torch.append(means, torch.mean(states, [1]))
            start = torch.add(start, torch.mul(length, count))
          pooled = torch.to(torch.cat(means, 0), $DTYPE)
      """;

  private static final String PROJECT =
      """
          pooled = torch.linear(pooled, self.projection_weight, self.projection_bias)
      """;

  private static final String WIDEN =
      """
          vectors = torch.to(pooled, 6)
      """;

  private static final String NORMALIZE =
      """
          norms = torch.clamp_min(torch.norm(vectors, 2, [1], True), 9.9999999999999998e-13)
          vectors = torch.div(vectors, norms)
      """;

  private static final String RETURN =
      """
          return torch.cpu(vectors)
        def runs(self: __torch__.Encoder, groups: Tensor) -> Tuple[List[int], List[int]]:
          lengths = annotate(List[int], [])
          counts = annotate(List[int], [])
          for g in range(torch.size(groups, 0)):
            group = torch.select(groups, 0, g)
            _0 = torch.append(lengths, int(torch.select(group, 0, 0)))
            _1 = torch.append(counts, int(torch.select(group, 0, 1)))
          return (lengths, counts)
        def grouped(self: __torch__.Encoder, qkv: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
          contexts = annotate(List[Tensor], [])
          start = 0
          for g in range(torch.len(lengths)):
            length = lengths[g]
            count = counts[g]
            part = torch.narrow(qkv, 0, start, torch.mul(length, count))
            heads = torch.view(part, [count, length, 3, $HEADS, $HEAD_WIDTH])
            split = torch.permute(heads, [2, 0, 3, 1, 4])
            query = torch.select(split, 0, 0)
            key = torch.select(split, 0, 1)
            value = torch.select(split, 0, 2)
            mixed = torch.scaled_dot_product_attention(query, key, value, None, 0., False)
            flat = torch.reshape(torch.transpose(mixed, 1, 2), [torch.mul(length, count), $HIDDEN])
            _2 = torch.append(contexts, flat)
            start = torch.add(start, torch.mul(length, count))
          return contexts
      """;

  /** Attention of the last layer: one query a text, the first token's. */
  private static final String CLS_GROUPED =
      """
        def grouped_first(self: __torch__.Encoder, queries: Tensor, kv: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
          contexts = annotate(List[Tensor], [])
          start = 0
          row = 0
          for g in range(torch.len(lengths)):
            length = lengths[g]
            count = counts[g]
            part = torch.narrow(kv, 0, start, torch.mul(length, count))
            heads = torch.view(part, [count, length, 2, $HEADS, $HEAD_WIDTH])
            split = torch.permute(heads, [2, 0, 3, 1, 4])
            asked = torch.view(torch.narrow(queries, 0, row, count), [count, 1, $HEADS, $HEAD_WIDTH])
            query = torch.transpose(asked, 1, 2)
            key = torch.select(split, 0, 0)
            value = torch.select(split, 0, 1)
            mixed = torch.scaled_dot_product_attention(query, key, value, None, 0., False)
            _4 = torch.append(contexts, torch.reshape(torch.transpose(mixed, 1, 2), [count, $HIDDEN]))
            start = torch.add(start, torch.mul(length, count))
            row = torch.add(row, count)
          return contexts
      """;

  /**
   * Attention, run by run of equally long texts; or between {@code fuse} and {@code part} by CUDA's
   * kernel for texts of any lengths laid end to end, one call in place of a few for every length
   * that occurs.
   */
  private static final String ATTENTION =
      """
        def fuse(self: __torch__.Encoder, batch: Tensor) -> Tensor:
          self.fused = True
          return batch
        def part(self: __torch__.Encoder, batch: Tensor) -> Tensor:
          self.fused = False
          return batch
        def starts_of(self: __torch__.Encoder, groups: Tensor, device: Device) -> Tensor:
          if self.fused:
            each = torch.repeat_interleave(torch.select(groups, 1, 0), torch.select(groups, 1, 1))
            ends = torch.cumsum(each, 0)
            zero = torch.zeros_like(torch.narrow(ends, 0, 0, 1))
            starts = torch.to(torch.to(torch.cat([zero, ends], 0), 3), device)
          else:
            starts = groups
          return starts
        def mixed(self: __torch__.Encoder, qkv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int) -> Tensor:
          if self.fused:
            heads = torch.view(qkv, [torch.size(qkv, 0), 3, $HEADS, $HEAD_WIDTH])
            query = torch.select(heads, 1, 0)
            key = torch.select(heads, 1, 1)
            value = torch.select(heads, 1, 2)
            rows, _7, _8, _9, _10 = torch._flash_attention_forward(query, key, value, starts, starts, longest, longest, 0., False, False)
            context = torch.view(rows, [torch.size(qkv, 0), $HIDDEN])
          else:
            contexts = (self).grouped(qkv, lengths, counts)
            context = (self).filled(contexts, like, torch.size(like, 0))
          return context
      """;

  private static final String CLS_ATTENTION =
      """
        def asked(self: __torch__.Encoder, queries: Tensor, kv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int) -> Tensor:
          if self.fused:
            query = torch.view(queries, [torch.size(queries, 0), $HEADS, $HEAD_WIDTH])
            heads = torch.view(kv, [torch.size(kv, 0), 2, $HEADS, $HEAD_WIDTH])
            key = torch.select(heads, 1, 0)
            value = torch.select(heads, 1, 1)
            one = torch.ones_like(starts)
            each = torch.to(torch.sub(torch.cumsum(one, 0), 1), 3)
            rows, _7, _8, _9, _10 = torch._flash_attention_forward(query, key, value, each, starts, 1, longest, 0., False, False)
            context = torch.view(rows, [torch.size(queries, 0), $HIDDEN])
          else:
            contexts = (self).grouped_first(queries, kv, lengths, counts)
            context = (self).filled(contexts, like, torch.size(like, 0))
          return context
      """;

  private static final String BLOCK =
      """
        def filled(self: __torch__.Encoder, parts: List[Tensor], like: Tensor, rows: int) -> Tensor:
          joined = torch.cat(parts, 0)
          missing = torch.sub(rows, torch.size(joined, 0))
          if torch.gt(missing, 0):
            rest = torch.zeros_like(torch.narrow(like, 0, 0, 1))
            y = torch.cat([joined, torch.expand(rest, [missing, $HIDDEN])], 0)
          else:
            y = joined
          return y
        def block(self: __torch__.Encoder, context: Tensor, x: Tensor, i: int) -> Tensor:
          attended = (self).dense_add(context, self.attention_weight[i], self.attention_bias[i], x)
          weight = self.attention_norm_weight[i]
          bias = self.attention_norm_bias[i]
          y = torch.layer_norm(attended, [$HIDDEN], weight, bias, $EPSILON)
          up = (self).dense_gelu(y, self.up_weight[i], self.up_bias[i])
          down = (self).dense_add(up, self.down_weight[i], self.down_bias[i], y)
          weight0 = self.output_norm_weight[i]
          bias0 = self.output_norm_bias[i]
          return torch.layer_norm(down, [$HIDDEN], weight0, bias0, $EPSILON)
      """;

  private BertGraph() {}

  /** The linear layers; with CLS pooling those of the last layer's attention are by themselves. */
  static LinearLayers linearLayers(Pooling pooling, GraphFormat format) {
    List<String> names =
        pooling == Pooling.CLS
            ? List.of("qkv", "last_query", "last_kv", "attention", "up", "down")
            : List.of("qkv", "attention", "up", "down");
    return new LinearLayers(format, CLASS_NAME, names);
  }

  /** The source of the archive's {@code code/__torch__.py}. */
  static String source(BertConfig config, Pooling pooling, boolean normalized, GraphFormat format) {
    boolean cls = pooling == Pooling.CLS;
    boolean project = config.projection() > 0;
    LinearLayers linear = linearLayers(pooling, format);
    String template =
        HEAD
            + linear.attributes()
            + (project ? PROJECTION_HEAD : "")
            + FORWARD
            + (cls ? CLS_LAST_LAYER : MEAN_POOLING)
            + (project ? PROJECT : "")
            + WIDEN
            + (normalized ? NORMALIZE : "")
            + RETURN
            + ATTENTION
            + (cls ? CLS_GROUPED + CLS_ATTENTION : "")
            + BLOCK
            + linear.methods();
    return fill(template, config, cls ? config.layers() - 1 : config.layers(), format);
  }

  private static String fill(
      String template, BertConfig config, int fullLayers, GraphFormat format) {
    return template
        .replace("$HIDDEN", Integer.toString(config.hidden()))
        .replace("$HEADS", Integer.toString(config.heads()))
        .replace("$HEAD_WIDTH", Integer.toString(config.hidden() / config.heads()))
        .replace("$FULL_LAYERS", Integer.toString(fullLayers))
        .replace("$LAST_LAYER", Integer.toString(config.layers() - 1))
        .replace("$EPSILON", String.format(Locale.ROOT, "%.17e", config.layerNormEpsilon()))
        .replace("$DTYPE", Integer.toString(scalarType(format.states())));
  }

  /** The numbers of {@code c10::ScalarType}. */
  static int scalarType(ElementType type) {
    return switch (type) {
      case INT64 -> 4;
      case FLOAT16 -> 5;
      case FLOAT32 -> 6;
      case BFLOAT16 -> 15;
    };
  }
}
