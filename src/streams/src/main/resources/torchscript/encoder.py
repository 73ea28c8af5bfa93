# An encoder.
#
# This file is TorchScript: the dialect of Python that libtorch reads from an archive. Lines such as
# "#if cls" choose between variations, names such as $HIDDEN are filled in, comments are left out
# (see SourceTemplate). Numbers of element types are those of c10::ScalarType: 3 int32, 4 int64, 6 float32.
#
# Options
#   cls         the vector is the last state of the first token
#   weighted    one of the poolings is the weighted mean
#   table       positions are rows of a table; where padding, counted from behind the padding token's row
#   distances   attention adds a bias by the distance of two tokens (MPNet)
#   rotary      queries and keys are turned by their positions; local layers see a window (ModernBERT)
#   fusible     attention needs nothing that CUDA's kernel for texts of any lengths does not know
#   prenorm     norms stand before attention and feed-forward block, and one at the end; otherwise behind sums
#   gated       the feed-forward block multiplies what it activates by a second product
#   dropout     states are dropped where gradients are taken
#   types       an id says the token's type as well, which is otherwise 0: the word's id, and the size of the
#               vocabulary times the type
# None but table: BERT, with token type 0 added to every word; DistilBERT's are zeros. Biases that a family
# does not have are zeros.
#
# The tokens of all texts are laid end to end: T rows in place of a padded [texts, length]. Texts of
# one length are neighbours, and row g of groups, (length, number of texts), is a run of them. Linear
# layers, norms and activations run on all T rows at once. Attention runs group by group, or in one call of
# CUDA's kernel. No text is padded to the length of another.
#
# T may exceed the tokens of the groups: the rows behind them are computed and dropped. oneDNN compiles
# kernels for every number of rows that it meets, so callers round T up to few different numbers.
#
# The arithmetic is that of the model's class in transformers.
class Encoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  fused : bool
  word_embeddings : Tensor
#if types
  token_type_embeddings : Tensor
#else
  token_type_embedding : Tensor
#end
#if table
  position_embeddings : Tensor
#end
#if distances
  distance_bias : Tensor
#end
  embedding_norm : __torch__.Norm
  qkv : List[__torch__.Linear]
#if cls
  last_query : __torch__.Linear
  last_kv : __torch__.Linear
#end
  blocks : List[__torch__.Block]
#if prenorm
  final_norm : __torch__.Norm
#end
  dense : List[__torch__.Dense]

  # ids int64[T], positions int64[T], groups int64[G, 2] -> float32[texts, dimensions]
  def forward(self, ids: Tensor, positions: Tensor, groups: Tensor) -> Tensor:
    device = self.word_embeddings.device
    lengths, counts = self.runs(groups)
    starts = self.starts(groups, device)
    longest = int(torch.max(groups.select(1, 0)))
    places = positions.to(device)
    x = self.embed(ids.to(device), places)
    masks = self.masks(lengths, longest, device)
#if rotary
    everywhere = annotate(List[Tensor], [])
    far = self.turns(places, $THETA)
    near = self.turns(places, $LOCAL_THETA)
#end
    for i in range(len(self.qkv)):
      qkv = self.qkv[i].forward(self.blocks[i].before(x))
#if rotary
      local = self.blocks[i].local
      qkv = self.rotate(qkv, 3, 2, near if local else far)
      context = self.attend(qkv, x, lengths, counts, starts, longest, masks if local else everywhere)
#else
      context = self.attend(qkv, x, lengths, counts, starts, longest, masks)
#end
      x = self.blocks[i].forward(context, x)
#if cls
    # The last layer computes first tokens only: the result is the same. Its rows are a multiple of 16.
    last = self.blocks[-1]
    texts = int(torch.sum(groups.select(1, 1)))
    rows = (texts + 15) // 16 * 16
    first = self.pad(self.first_tokens(x, lengths, counts), x, rows)
    query = self.last_query.forward(last.before(first))
    kv = self.last_kv.forward(last.before(x))
#if rotary
    # Position 0 turns no query.
    kv = self.rotate(kv, 2, 1, near if last.local else far)
    masks = masks if last.local else everywhere
#end
    context = self.attend_first(query, kv, first, lengths, counts, starts, longest, masks)
    y = last.forward(context, first).narrow(0, 0, texts)
#if prenorm
    y = self.final_norm.forward(y)
#end
#else
#if prenorm
    x = self.final_norm.forward(x)
#end
    y = self.pool(x, lengths, counts)
#end
$OUTPUT

  # Sums and norm in float32, whatever the states are.
  def embed(self, ids: Tensor, positions: Tensor) -> Tensor:
#if types
    types = torch.embedding(self.token_type_embeddings, torch.floor_divide(ids, $VOCABULARY)).to(6)
    x = torch.embedding(self.word_embeddings, torch.remainder(ids, $VOCABULARY)).to(6) + types
#else
    x = torch.embedding(self.word_embeddings, ids).to(6) + self.token_type_embedding.to(6)
#end
#if table
#if padding
    places = self.behind_padding(ids, positions)
#else
    places = positions
#end
    x = x + torch.embedding(self.position_embeddings, places).to(6)
#end
#if dropout
    return torch.dropout(self.embedding_norm.wide(x), $DROPOUT, torch.is_grad_enabled()).to($STATES)
#else
    return self.embedding_norm.wide(x).to($STATES)
#end

#if padding
  # Rows of the table: the padding token's for padding tokens inside a text, and for the others those behind
  # it, in which padding tokens are not counted.
  def behind_padding(self, ids: Tensor, positions: Tensor) -> Tensor:
    padding = torch.eq(ids, $PADDING).to(4)
    before = torch.cumsum(padding, 0) - padding
    starts = torch.arange(ids.size(0), device=ids.device) - positions
    skipped = before - torch.index_select(before, 0, starts)
    return (positions - skipped + 1) * (1 - padding) + $PADDING

#end
  # Lengths and numbers of texts of the groups.
  def runs(self, groups: Tensor) -> Tuple[List[int], List[int]]:
    lengths = annotate(List[int], [])
    counts = annotate(List[int], [])
    for g in range(groups.size(0)):
      lengths.append(int(groups[g][0]))
      counts.append(int(groups[g][1]))
    return (lengths, counts)

  # One for each group: what attention adds to scores, or between which tokens it looks; or none at all.
  def masks(self, lengths: List[int], longest: int, device: Device) -> List[Tensor]:
    masks = annotate(List[Tensor], [])
#if distances
    for length in lengths:
      index = torch.arange(length, device=device)
      rows = index.unsqueeze(0) - index.unsqueeze(1) + $FURTHEST
      bias = torch.embedding(self.distance_bias, rows)
      masks.append(bias.permute([2, 0, 1]).unsqueeze(0).contiguous())
#end
#if rotary
    if longest > $REACH + 1:
      for length in lengths:
        index = torch.arange(length, device=device)
        masks.append(torch.le(torch.abs(index.unsqueeze(0) - index.unsqueeze(1)), $REACH))
#end
    return masks

#if rotary
  # Cosines and sines of the angles of positions, the same for both halves of a head: [T, 1, 1, width].
  def turns(self, positions: Tensor, theta: float) -> Tuple[Tensor, Tensor]:
    exponents = torch.arange(0, $HEAD_WIDTH, 2).to(6) / $HEAD_WIDTH
    frequencies = torch.reciprocal(torch.pow(theta, exponents)).to(positions.device)
    angles = positions.to(6).unsqueeze(1) * frequencies
    both = torch.cat([angles, angles], 1).view([-1, 1, 1, $HEAD_WIDTH])
    return (torch.cos(both), torch.sin(both))

  # Turns the first of the parts that lie side by side in each row, such as queries and keys before values.
  def rotate(self, x: Tensor, parts: int, turned: int, turns: Tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = turns
    heads = x.view([x.size(0), parts, $HEADS, $HEAD_WIDTH])
    half = $HEAD_WIDTH // 2
    y = heads.narrow(1, 0, turned).to(6)
    across = torch.cat([torch.neg(y.narrow(3, half, half)), y.narrow(3, 0, half)], 3)
    z = (y * cosine + across * sine).to($STATES)
    rest = heads.narrow(1, turned, parts - turned)
    return torch.cat([z, rest], 1).view([x.size(0), parts * $HIDDEN])

#end
#if cls
  # The first row of each text.
  def first_tokens(self, x: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
    rows = annotate(List[Tensor], [])
    parts = self.parts(x, lengths, counts)
    for g in range(len(lengths)):
      rows.append(parts[g].view([counts[g], lengths[g], $HIDDEN]).select(1, 0))
    return rows
#else
  # One row for each text, computed in float32.
  def pool(self, x: Tensor, lengths: List[int], counts: List[int]) -> Tensor:
    rows = annotate(List[Tensor], [])
    parts = self.parts(x, lengths, counts)
    for g in range(len(lengths)):
      states = parts[g].view([counts[g], lengths[g], $HIDDEN]).to(6)
      rows.append(torch.cat([$POOLED], 1))
    return torch.cat(rows, 0).to($STATES)
#if weighted

  # The mean, in which the first token counts once, the second twice, and so on.
  def weighted_mean(self, states: Tensor) -> Tensor:
    weights = torch.arange(1, states.size(1) + 1, device=states.device).to(6)
    total = torch.sum(states * weights.unsqueeze(1), [1])
    return total / torch.sum(weights)
#end
#end

  # fuse: attention by CUDA's kernel for texts of any lengths laid end to end, one call in place of a
  # few for every length that occurs, if the kernel can do it. part: group by group, the preset.
  def fuse(self, batch: Tensor) -> Tensor:
#if fusible
    self.fused = True
#end
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
  def attend(self, qkv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int, masks: List[Tensor]) -> Tensor:
    if self.fused:
      heads = qkv.view([qkv.size(0), 3, $HEADS, $HEAD_WIDTH])
      query = heads.select(1, 0)
      key = heads.select(1, 1)
      value = heads.select(1, 2)
      rows, _0, _1, _2, _3 = torch._flash_attention_forward(query, key, value, starts, starts, longest, longest, 0., False, False)
      context = rows.view([qkv.size(0), $HIDDEN])
    else:
      context = self.pad(self.attend_groups(qkv, lengths, counts, masks), like, like.size(0))
    return context

  def attend_groups(self, qkv: Tensor, lengths: List[int], counts: List[int], masks: List[Tensor]) -> List[Tensor]:
    contexts = annotate(List[Tensor], [])
    parts = self.parts(qkv, lengths, counts)
    for g in range(len(lengths)):
      part = parts[g].view([counts[g], lengths[g], 3, $HEADS, $HEAD_WIDTH])
      heads = torch.unbind(part.permute([2, 0, 3, 1, 4]))
      mask = annotate(Optional[Tensor], None)
      if len(masks) > 0:
        mask = masks[g]
      mixed = torch.scaled_dot_product_attention(heads[0], heads[1], heads[2], mask, $ATTENTION_DROPOUT, False)
      contexts.append(mixed.transpose(1, 2).reshape([lengths[g] * counts[g], $HIDDEN]))
    return contexts

#if cls
  # Attention of first tokens alone: query[texts, hidden], kv[T, 2 * hidden] -> [texts, hidden].
  def attend_first(self, query: Tensor, kv: Tensor, like: Tensor, lengths: List[int], counts: List[int], starts: Tensor, longest: int, masks: List[Tensor]) -> Tensor:
    if self.fused:
      asked = query.view([query.size(0), $HEADS, $HEAD_WIDTH])
      heads = kv.view([kv.size(0), 2, $HEADS, $HEAD_WIDTH])
      key = heads.select(1, 0)
      value = heads.select(1, 1)
      each = (torch.cumsum(torch.ones_like(starts), 0) - 1).to(3)
      rows, _0, _1, _2, _3 = torch._flash_attention_forward(asked, key, value, each, starts, 1, longest, 0., False, False)
      context = rows.view([query.size(0), $HIDDEN])
    else:
      context = self.pad(self.attend_first_groups(query, kv, lengths, counts, masks), like, like.size(0))
    return context

  def attend_first_groups(self, query: Tensor, kv: Tensor, lengths: List[int], counts: List[int], masks: List[Tensor]) -> List[Tensor]:
    contexts = annotate(List[Tensor], [])
    parts = self.parts(kv, lengths, counts)
    row = 0
    for g in range(len(lengths)):
      asked = query.narrow(0, row, counts[g]).view([counts[g], 1, $HEADS, $HEAD_WIDTH])
      part = parts[g].view([counts[g], lengths[g], 2, $HEADS, $HEAD_WIDTH])
      heads = torch.unbind(part.permute([2, 0, 3, 1, 4]))
      mask = annotate(Optional[Tensor], None)
      if len(masks) > 0:
        mask = masks[g].narrow(-2, 0, 1)
      mixed = torch.scaled_dot_product_attention(asked.transpose(1, 2), heads[0], heads[1], mask, $ATTENTION_DROPOUT, False)
      contexts.append(mixed.transpose(1, 2).reshape([counts[g], $HIDDEN]))
      row = row + counts[g]
    return contexts
#end

  # The rows of each group. Their gradients are joined once, where a slice would add zeros of all rows.
  def parts(self, x: Tensor, lengths: List[int], counts: List[int]) -> List[Tensor]:
    sizes = annotate(List[int], [])
    rows = 0
    for g in range(len(lengths)):
      sizes.append(lengths[g] * counts[g])
      rows = rows + lengths[g] * counts[g]
    sizes.append(x.size(0) - rows)
    return torch.split_with_sizes(x, sizes)

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


# A layer but for queries, keys, values and what attention makes of them.
class Block:
#if rotary
  local : bool
#end
  attention : __torch__.Linear
#if prenorm
  attention_norm : Optional[__torch__.Norm]
#else
  attention_norm : __torch__.Norm
#end
  up : __torch__.Linear
  down : __torch__.Linear
  output_norm : __torch__.Norm

  # What queries, keys and values are made of.
  def before(self, x: Tensor) -> Tensor:
#if prenorm
    norm = self.attention_norm
    if norm is not None:
      x = norm.forward(x)
#end
    return x

  # What follows attention.
  def forward(self, context: Tensor, x: Tensor) -> Tensor:
#if prenorm
    y = self.attention.add(context, x)
    return self.down.add(self.middle(self.output_norm.forward(y)), y)
#else
    y = self.attention_norm.forward(self.attention.add(context, x))
    return self.output_norm.forward(self.down.add(self.middle(y), y))
#end

  def middle(self, x: Tensor) -> Tensor:
#if gated
    both = self.up.forward(x)
    y = both.narrow(1, 0, $INTERMEDIATE)
    return $ACTIVATION * both.narrow(1, $INTERMEDIATE, $INTERMEDIATE)
#else
    return self.up.activated(x)
#end

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


# A linear layer behind the pooling.
class Dense:
  weight : Tensor
  bias : Tensor

  def forward(self, x: Tensor) -> Tensor:
    return torch.linear(x.to($STATES), self.weight, self.bias)
