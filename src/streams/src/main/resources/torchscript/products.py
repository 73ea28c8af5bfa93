# The two matrix products of a feed-forward block, over and over.
class Products(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  up : __torch__.Linear
  down : __torch__.Linear

  # x[rows, hidden], repeats int64[1] -> float32[hidden], the first row of the last product: each
  # product depends on the one before, so none can be left out, and the copy makes a device finish.
  def forward(self, x: Tensor, repeats: Tensor) -> Tensor:
    y = x.to($STATES)
    for i in range(int(repeats)):
      y = self.down.forward(self.up.forward(y))
    return y[0].to(6).cpu()

  def pack(self, batch: Tensor) -> Tensor:
    self.up.pack(batch.size(0))
    self.down.pack(batch.size(0))
    return batch
