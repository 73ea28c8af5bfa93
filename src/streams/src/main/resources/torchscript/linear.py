# A linear layer, and what may be fused with it.
#
# Options: whose kernels multiply (see LinearKernels)
#   onednn   oneDNN, weights in its own layout after pack
#   fused    oneDNN, with the residual inside the product
#   fused_gelu  and GELU as well; other activations follow it
#   fbgemm   FBGEMM, weights in an object of its own after pack
#   int8     FBGEMM in 8 bits; otherwise weights in binary16
#   reduced  FBGEMM in 8 bits, activations in 7 bits
# None of them: libtorch's choice, and pack does nothing.
# And for training
#   dropout  what is added to another is dropped where gradients are taken
class Linear:
  weight : Tensor
  bias : Tensor
#if fbgemm
  packed : Optional[__torch__.torch.classes.quantized.LinearPackedParamsBase]
#end

  # x[rows, in] -> [rows, out]
  def forward(self, x: Tensor) -> Tensor:
#if fbgemm
    packed = self.packed
    assert packed is not None, "pack has not been called"
#if int8
#if reduced
    return ops.quantized.linear_dynamic(x, packed, True)
#else
    return ops.quantized.linear_dynamic(x, packed, False)
#end
#else
    return ops.quantized.linear_dynamic_fp16(x, packed)
#end
#else
#if onednn
    return ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "none", [], "")
#else
    return torch.linear(x, self.weight, self.bias)
#end
#end

  # The activation of the product.
  def activated(self, x: Tensor) -> Tensor:
#if fused_gelu
    return ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "gelu", [], "none")
#else
    y = self.forward(x)
    return $ACTIVATION
#end

  # The product and other[rows, out].
  def add(self, x: Tensor, other: Tensor) -> Tensor:
#if fused
    return ops.mkldnn._linear_pointwise(x, other, self.weight, self.bias, "add")
#else
#if dropout
    return torch.dropout(self.forward(x), $DROPOUT, torch.is_grad_enabled()) + other
#else
    return self.forward(x) + other
#end
#end

  # Lays the weights out for batches of about so many rows.
  def pack(self, rows: int) -> None:
#if onednn
    self.weight = ops.mkldnn._reorder_linear_weight(self.weight, rows)
#end
#if fbgemm
    weight = self.weight.to(6)
#if int8
    # Symmetric, with a scale for each output, as PyTorch's dynamic quantization does it.
    scales = torch.clamp_min(torch.amax(torch.abs(weight), [1]) / 127., 1e-12)
    zeros = torch.zeros_like(scales).to(4)
    weight = torch.quantize_per_channel(weight, scales, zeros, 0, 12)
    self.packed = ops.quantized.linear_prepack(weight, self.bias)
#else
    self.packed = ops.quantized.linear_prepack_fp16(weight, self.bias)
#end
    # The stored weights are let go.
    self.weight = torch.zeros([0])
#end
    return None
