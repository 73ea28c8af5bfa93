package dev.questream.torchscript;

import dev.questream.checkpoint.ElementType;
import dev.questream.checkpoint.Tensor;
import dev.questream.checkpoint.TensorShape;
import dev.questream.encoder.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Writes a TorchScript archive that does nothing but the two matrix products of a feed-forward
 * block, over and over: what a machine's rate of matrix products is measured with.
 *
 * <p>{@code forward(x [rows, hidden], repeats int64[1])} runs {@code x = (x up) down} that many
 * times; each product depends on the one before, so none can be left out, and a row of the last is
 * copied out, so that a device has to finish. After {@code pack} has been called once, {@code
 * packed} does the same with weights in the layout that oneDNN prefers.
 */
public final class ProductsArchive {
  private static final String SOURCE =
      """
      class Products(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        up : Tensor
        down : Tensor
        def forward(self: __torch__.Products, x: Tensor, repeats: Tensor) -> Tensor:
          y = torch.to(x, $DTYPE)
          for i in range(int(repeats)):
            y = torch.linear(torch.linear(y, self.up, None), self.down, None)
          return torch.cpu(torch.to(torch.select(y, 0, 0), 6))
        def pack(self: __torch__.Products, x: Tensor) -> Tensor:
          self.up = ops.mkldnn._reorder_linear_weight(self.up)
          self.down = ops.mkldnn._reorder_linear_weight(self.down)
          return x
        def packed(self: __torch__.Products, x: Tensor, repeats: Tensor) -> Tensor:
          y = torch.to(x, $DTYPE)
          for i in range(int(repeats)):
            z = ops.mkldnn._linear_pointwise(y, self.up, None, "none", [], "")
            y = ops.mkldnn._linear_pointwise(z, self.down, None, "none", [], "")
          return torch.cpu(torch.to(torch.select(y, 0, 0), 6))
      """;

  private ProductsArchive() {}

  /**
   * Writes the archive.
   *
   * @param hidden width of a row
   * @param intermediate width between the two products
   * @param precision number format of the products
   * @param out receives the zip; closed on return
   */
  public static void write(int hidden, int intermediate, Precision precision, OutputStream out)
      throws IOException {
    String source = SOURCE.replace("$DTYPE", Integer.toString(BertGraph.scalarType(precision)));
    try (TorchScriptArchive archive = new TorchScriptArchive(out, source, "Products", precision)) {
      archive.tensor("up", random("up", intermediate, hidden));
      archive.tensor("down", random("down", hidden, intermediate));
    }
  }

  /** Weights of such a size that products neither vanish nor overflow, however often repeated. */
  private static Tensor random(String name, int rows, int columns) {
    Random random = new Random(rows);
    ByteBuffer data = ByteBuffer.allocate(rows * columns * 4).order(ByteOrder.LITTLE_ENDIAN);
    double scale = 1 / Math.sqrt(columns);
    while (data.hasRemaining()) {
      data.putFloat((float) (random.nextGaussian() * scale));
    }
    return new Tensor(name, ElementType.FLOAT32, TensorShape.of(rows, columns), data.flip());
  }
}
