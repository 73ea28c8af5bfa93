# A BERT encoder.
#
# This file is TorchScript: the dialect of Python that libtorch reads from an archive. Lines such as
# "#if cls" choose between variations, names such as $HIDDEN are filled in, comments are left out
# (see SourceTemplate). Numbers of element types are those of c10::ScalarType: 3 int32, 6 float32.
#
# Options
#   cls         the vector is the last state of the first token; otherwise the mean of all tokens
#   projection  a linear layer after pooling
#   normalized  vectors of length 1
#
# The tokens of all texts are laid end to end: T rows in place of a padded [texts, length]. Texts of
# one length are neighbours, and row g of groups, (length, number of texts), is a run of them. Linear
# layers, norms and GELU run on all T rows at once. Attention runs group by group, or in one call of
# CUDA's kernel. No text is padded to the length of another.
#
# T may exceed the tokens of the groups: the rows behind them are computed and dropped. oneDNN compiles
# kernels for every number of rows that it meets, so callers round T up to few different numbers.
#
# The arithmetic is that of transformers' BertModel: erf GELU, post-norm, token type 0, position by index.
class Encoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  fused : bool
  word_embeddings : Tensor
  position_embeddings : Tensor
  token_type_embedding : Tensor
  embedding_norm : __torch__.Norm
  qkv : List[__torch__.Linear]
#if cls
  last_query : __torch__.Linear
  last_kv : __torch__.Linear
#end
  blocks : List[__torch__.Block]
#if projection
  projection_weight : Tensor
  projection_bias : Tensor
#end

  # ids int64[T], positions int64[T], groups int64[G, 2] -> float32[texts, dimensions]
  def forward(self, ids: Tensor, positions: Tensor, groups: Tensor) -> Tensor:
    device = self.word_embeddings.device
    lengths, counts = self.runs(groups)
    starts = self.starts(groups, device)
    longest = int(torch.max(groups.select(1, 0)))
    x = self.embed(ids.to(device), positions.to(device))
    for i in range(len(self.qkv)):
      qkv = self.qkv[i].forward(x)
      context = self.attend(qkv, x, lengths, counts, starts, longest)
      x = self.blocks[i].forward(context, x)
#if cls
    # The last layer computes first tokens only: the result is the same. Its rows are a multiple of 16.
    texts = int(torch.sum(groups.select(1, 1)))
    first = self.pad(self.first_tokens(x, lengths, counts), x, (texts + 15) // 16 * 16)
    query = self.last_query.forward(first)
    kv = self.last_kv.forward(x)
    context = self.attend_first(query, kv, first, lengths, counts, starts, longest)
    pooled = self.blocks[-1].forward(context, first).narrow(0, 0, texts)
#else
    pooled = self.mean(x, lengths, counts)
#end
#if projection
    pooled = torch.linear(pooled, self.projection_weight, self.projection_bias)
#end
    vectors = pooled.to(6)
#if normalized
    vectors = vectors / torch.clamp_min(torch.norm(vectors, 2, [1], True), 1e-12)
#end
    return vectors.cpu()

  # Sums and norm in float32, whatever the states are.
  def embed(self, ids: Tensor, positions: Tensor) -> Tensor:
    words = torch.embedding(self.word_embeddings, ids).to(6)
    places = torch.embedding(self.position_embeddings, positions).to(6)
    x = words + self.token_type_embedding.to(6) + places
    return self.embedding_norm.wide(x).to($STATES)

  # Lengths and numbers of texts of the groups.
  def runs(self, groups: Tensor) -> Tuple[List[int], List[int]]:
    lengths = annotate(List[int], [])
    counts = annotate(List[int], [])
    for g in range(groups.size(0)):
      lengths.append(int(groups[g][0]))
      counts.append(int(groups[g][1]))
    return (lengths, counts)

#if cls
  # The first row of each text.
  def first_tokens(self, x: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
    rows = annotate(List[Tensor], [])
    start = 0
    for g in range(len(lengths)):
      tokens = lengths[g] * counts[g]
      part = x.narrow(0, start, tokens)
      rows.append(part.view([counts[g], lengths[g], $HIDDEN]).select(1, 0))
      start = start + tokens
    return rows
#else
  # The mean row of each text, summed in float32.
  def mean(self, x: Tensor, lengths: List[int], counts: List[int]) -> Tensor:
    means = annotate(List[Tensor], [])
    start = 0
    for g in range(len(lengths)):
      tokens = lengths[g] * counts[g]
      part = x.narrow(0, start, tokens)
      means.append(torch.mean(part.view([counts[g], lengths[g], $HIDDEN]).to(6), [1]))
      start = start + tokens
    return torch.cat(means, 0).to($STATES)
#end

  # fuse: attention by CUDA's kernel for texts of any lengths laid end to end, one call in place of a
  # few for every length that occurs. part: group by group, the preset.
  def fuse(self, batch: Tensor) -> Tensor:
    self.fused = True
    return batch

  def part(self, batch: Tensor) -> Tensor:
    self.fused = False
    return batch

  # Where the texts start, and the last one ends, for the fused kernel: int32[texts + 1].
  def starts(self, groups: Tensor, device: Device) -> Tensor:
    if self.fused:
      each = torch.repeat_interleave(groups.select(1, 0), groups.select(1, 1))
      ends = torch.cumsum(each, 0)
      zero = torch.zeros_like(ends.narrow(0, 0, 1))
      starts = torch.cat([zero, ends], 0).to(3).to(device)
    else:
      starts = groups
    return starts

  # Self-attention of every token: qkv[T, 3 * hidden] -> [T, hidden].
  def attend(self, qkv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int) -> Tensor:
    if self.fused:
      heads = qkv.view([qkv.size(0), 3, $HEADS, $HEAD_WIDTH])
      query = heads.select(1, 0)
      key = heads.select(1, 1)
      value = heads.select(1, 2)
      rows, _0, _1, _2, _3 = torch._flash_attention_forward(query, key, value, starts, starts, longest, longest, 0., False, False)
      context = rows.view([qkv.size(0), $HIDDEN])
    else:
      context = self.pad(self.attend_groups(qkv, lengths, counts), like, like.size(0))
    return context

  def attend_groups(self, qkv: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
    contexts = annotate(List[Tensor], [])
    start = 0
    for g in range(len(lengths)):
      tokens = lengths[g] * counts[g]
      part = qkv.narrow(0, start, tokens).view([counts[g], lengths[g], 3, $HEADS, $HEAD_WIDTH])
      heads = part.permute([2, 0, 3, 1, 4])
      mixed = torch.scaled_dot_product_attention(heads[0], heads[1], heads[2], None, 0., False)
      contexts.append(mixed.transpose(1, 2).reshape([tokens, $HIDDEN]))
      start = start + tokens
    return contexts

#if cls
  # Attention of first tokens alone: query[texts, hidden], kv[T, 2 * hidden] -> [texts, hidden].
  def attend_first(self, query: Tensor, kv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int) -> Tensor:
    if self.fused:
      asked = query.view([query.size(0), $HEADS, $HEAD_WIDTH])
      heads = kv.view([kv.size(0), 2, $HEADS, $HEAD_WIDTH])
      key = heads.select(1, 0)
      value = heads.select(1, 1)
      each = (torch.cumsum(torch.ones_like(starts), 0) - 1).to(3)
      rows, _0, _1, _2, _3 = torch._flash_attention_forward(asked, key, value, each, starts, 1, longest, 0., False, False)
      context = rows.view([query.size(0), $HIDDEN])
    else:
      context = self.pad(self.attend_first_groups(query, kv, lengths, counts), like, like.size(0))
    return context

  def attend_first_groups(self, query: Tensor, kv: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
    contexts = annotate(List[Tensor], [])
    start = 0
    row = 0
    for g in range(len(lengths)):
      tokens = lengths[g] * counts[g]
      asked = query.narrow(0, row, counts[g]).view([counts[g], 1, $HEADS, $HEAD_WIDTH])
      part = kv.narrow(0, start, tokens).view([counts[g], lengths[g], 2, $HEADS, $HEAD_WIDTH])
      heads = part.permute([2, 0, 3, 1, 4])
      mixed = torch.scaled_dot_product_attention(asked.transpose(1, 2), heads[0], heads[1], None, 0., False)
      contexts.append(mixed.transpose(1, 2).reshape([counts[g], $HIDDEN]))
      start = start + tokens
      row = row + counts[g]
    return contexts
#end

  # The parts one below the other, and zeros up to so many rows.
  def pad(self, parts: List[Tensor], like: Tensor, rows: int) -> Tensor:
    joined = torch.cat(parts, 0)
    missing = rows - joined.size(0)
    if missing > 0:
      zeros = torch.zeros_like(like.narrow(0, 0, 1))
      joined = torch.cat([joined, zeros.expand([missing, $HIDDEN])], 0)
    return joined

  # To be called once after loading, where the kernels want weights in a layout of their own.
  def pack(self, batch: Tensor) -> Tensor:
    rows = batch.size(0)
    for qkv in self.qkv:
      qkv.pack(rows)
#if cls
    self.last_query.pack(rows)
    self.last_kv.pack(rows)
#end
    for block in self.blocks:
      block.pack(rows)
    return batch


# What follows attention in a layer.
class Block:
  attention : __torch__.Linear
  attention_norm : __torch__.Norm
  up : __torch__.Linear
  down : __torch__.Linear
  output_norm : __torch__.Norm

  def forward(self, context: Tensor, x: Tensor) -> Tensor:
    y = self.attention_norm.forward(self.attention.add(context, x))
    return self.output_norm.forward(self.down.add(self.up.gelu(y), y))

  def pack(self, rows: int) -> None:
    self.attention.pack(rows)
    self.up.pack(rows)
    self.down.pack(rows)


class Norm:
  weight : Tensor
  bias : Tensor

  def forward(self, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [$HIDDEN], self.weight, self.bias, $EPSILON)

  # For rows in float32.
  def wide(self, x: Tensor) -> Tensor:
    return torch.layer_norm(x, [$HIDDEN], self.weight.to(6), self.bias.to(6), $EPSILON)
