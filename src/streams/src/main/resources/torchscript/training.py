# An encoder that learns: forward, loss, gradient and AdamW.
#
# The weights are those that the encoder computes with, changed in place, so forward gives the vectors of
# what has been learnt so far. All of it is float32.
class Training(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  encoder : __torch__.Encoder
  gradients : List[Tensor]
  means : List[Tensor]
  squares : List[Tensor]

  # As Encoder's.
  def forward(self, ids: Tensor, positions: Tensor, groups: Tensor) -> Tensor:
    return self.encoder.forward(ids, positions, groups)

  # To be called once after loading.
  def begin(self, batch: Tensor) -> Tensor:
    for weight in self.weights():
      self.means.append(torch.zeros_like(weight))
      self.squares.append(torch.zeros_like(weight))
      _0 = torch.requires_grad_(weight)
    return batch

  # Adds the gradient of some texts; the first since an update is kept as it comes.
  #
  # ids, positions, groups: the texts, as for forward
  # passages float32[texts, k, dimensions]: candidates of each text, in the order of the packed texts
  # teacher float32[texts, k]: what they are worth; -inf where a text has fewer
  # hits float32[texts, k]: 1 where a candidate holds an answer, otherwise 0
  # settings float64[4]: temperature T, weight of a text, weight of the hits, scale
  #
  # The loss of a text is T * T * KL(softmax(teacher / T) || softmax(student / T)), the student's scores being
  # scaled inner products, and as often as the weight of the hits says -log of their share in softmax(student),
  # where there are some. Returns the sum over the texts, weighted.
  def accumulate(self, ids: Tensor, positions: Tensor, groups: Tensor, passages: Tensor, teacher: Tensor, hits: Tensor, settings: Tensor) -> Tensor:
    temperature = float(settings[0])
    weight = float(settings[1])
    supervised = float(settings[2])
    scale = float(settings[3])
    vectors = self.encoder.forward(ids, positions, groups)
    scores = torch.squeeze(torch.bmm(passages, vectors.unsqueeze(2)), 2) * scale
    absent = torch.lt(teacher, -1e30)
    wanted = torch.log_softmax(torch.masked_fill(teacher / temperature, absent, -1e30), 1)
    found = torch.log_softmax(torch.masked_fill(scores / temperature, absent, -1e30), 1)
    loss = torch.sum(torch.exp(wanted) * (wanted - found)) * (temperature * temperature)
    if supervised > 0.:
      shares = torch.log_softmax(torch.masked_fill(scores, absent, -1e30), 1)
      misses = torch.eq(hits, 0.)
      missed = torch.logsumexp(torch.masked_fill(shares, misses, -1e30), [1])
      loss = loss - torch.sum(missed * torch.amax(hits, [1])) * supervised
    loss = loss * weight
    weights = self.weights()
    gradients = torch.grad([loss], weights, None, None, False, True)
    first = len(self.gradients) == 0
    for i in range(len(gradients)):
      gradient = gradients[i]
      if gradient is not None:
        if first:
          self.gradients.append(gradient)
        else:
          _0 = torch.add_(self.gradients[i], gradient)
      elif first:
        self.gradients.append(torch.zeros_like(weights[i]))
    return torch.detach(loss)

  # A step of AdamW (Loshchilov and Hutter 2017) as torch.optim.AdamW does it, after clipping as
  # torch.nn.utils.clip_grad_norm_ does it. Matrices decay; biases, norms and the token type do not.
  #
  # settings float64[8]: rate, longest gradient (0: any), beta1, beta2, epsilon, decay, 1 - beta1 ** step,
  # 1 - beta2 ** step. Returns the gradient's length; if it is no finite number, no weight is changed. Gradients
  # are computed with in place, and given up.
  def update(self, settings: Tensor) -> Tensor:
    rate = float(settings[0])
    longest = float(settings[1])
    beta1 = float(settings[2])
    beta2 = float(settings[3])
    epsilon = float(settings[4])
    decay = float(settings[5])
    correction1 = float(settings[6])
    correction2 = float(settings[7])
    lengths = annotate(List[Tensor], [])
    for gradient in self.gradients:
      lengths.append(torch.norm(gradient))
    length = torch.norm(torch.stack(lengths))
    scale = torch.ones_like(length)
    if longest > 0.:
      scale = torch.clamp_max(torch.reciprocal(length + 1e-6) * longest, 1.)
    if bool(torch.isfinite(length)):
      weights = self.weights()
      clipped = float(scale) < 1.
      for i in range(len(weights)):
        weight = torch.detach(weights[i])
        gradient = self.gradients[i]
        if clipped:
          _2 = torch.mul_(gradient, scale)
        if decay > 0. and weight.dim() > 1:
          _0 = torch.mul_(weight, 1. - rate * decay)
        mean = torch.lerp_(self.means[i], gradient, 1. - beta1)
        square = torch.addcmul_(torch.mul_(self.squares[i], beta2), gradient, gradient, value=1. - beta2)
        scaled = torch.add_(torch.div_(torch.sqrt(square, out=gradient), correction2 ** 0.5), epsilon)
        _1 = torch.addcdiv_(weight, mean, scaled, value=-rate / correction1)
    self.gradients.clear()
    return length.cpu()

  # The tensors of a kind, in the processor's memory: 0 weights, 1 gradients, 2 means, 3 squares.
  def state(self, kind: Tensor) -> List[Tensor]:
    copies = annotate(List[Tensor], [])
    for tensor in self.kind(int(kind[0])):
      copies.append(torch.detach(tensor).cpu())
    return copies

  # Puts back a tensor that state gave.
  #
  # place int64[2]: its kind, and its index there
  # value: its elements
  def restore(self, place: Tensor, value: Tensor) -> Tensor:
    target = torch.detach(self.kind(int(place[0]))[int(place[1])])
    _0 = torch.copy_(target, torch.reshape_as(value, target))
    return place

  def kind(self, kind: int) -> List[Tensor]:
    tensors = self.squares
    if kind == 0:
      tensors = self.weights()
    elif kind == 1:
      tensors = self.gradients
    elif kind == 2:
      tensors = self.means
    return tensors

  # What is trained.
  def weights(self) -> List[Tensor]:
    encoder = self.encoder
    return [$WEIGHTS]
