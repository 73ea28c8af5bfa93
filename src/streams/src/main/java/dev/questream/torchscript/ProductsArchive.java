package dev.questream.torchscript;

import dev.questream.checkpoint.ElementType;
import dev.questream.checkpoint.Tensor;
import dev.questream.checkpoint.TensorShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/**
 * Writes a TorchScript archive that does nothing but the two matrix products of a feed-forward
 * block, over and over: what a machine's rate of matrix products is measured with.
 *
 * <p>{@code forward(x [rows, hidden], repeats int64[1])} runs {@code x = (x up) down} that many
 * times; each product depends on the one before, so none can be left out, and a row of the last is
 * copied out, so that a device has to finish.
 */
public final class ProductsArchive {
  private static final String CLASS_NAME = "Products";

  private static final String HEAD =
      """
      class Products(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
      """;

  private static final String FORWARD =
      """
        def forward(self: __torch__.Products, x: Tensor, repeats: Tensor) -> Tensor:
          y = torch.to(x, $DTYPE)
          for i in range(int(repeats)):
            z = (self).dense(y, self.up_weight[0], self.up_bias[0])
            y = (self).dense(z, self.down_weight[0], self.down_bias[0])
          return torch.cpu(torch.to(torch.select(y, 0, 0), 6))
      """;

  private ProductsArchive() {}

  /**
   * Writes the archive.
   *
   * @param hidden width of a row
   * @param intermediate width between the two products
   * @param format of weights and products; where its kernels pack, {@code pack} has to be called as
   *     for {@link BertArchive}
   * @param out receives the zip; closed on return
   */
  public static void write(int hidden, int intermediate, GraphFormat format, OutputStream out)
      throws IOException {
    LinearLayers linear = new LinearLayers(format, CLASS_NAME, List.of("up", "down"));
    String forward =
        FORWARD.replace("$DTYPE", Integer.toString(BertGraph.scalarType(format.states())));
    String source = HEAD + linear.attributes() + forward + linear.methods();
    try (TorchScriptArchive archive = new TorchScriptArchive(out, source, CLASS_NAME)) {
      linear.write(archive, "up", 1, (layer, kind) -> part(kind, intermediate, hidden));
      linear.write(archive, "down", 1, (layer, kind) -> part(kind, hidden, intermediate));
    }
  }

  private static Tensor part(String kind, int rows, int columns) {
    return kind.equals("weight")
        ? random(kind, rows, columns)
        : new Tensor(
            kind,
            ElementType.FLOAT32,
            TensorShape.of(rows),
            ByteBuffer.allocate(rows * Float.BYTES));
  }

  /** Weights of such a size that products neither vanish nor overflow, however often repeated. */
  private static Tensor random(String name, int rows, int columns) {
    Random random = new Random(rows);
    ByteBuffer data =
        ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double scale = 1 / Math.sqrt(columns);
    while (data.hasRemaining()) {
      data.putFloat((float) (random.nextGaussian() * scale));
    }
    return new Tensor(name, ElementType.FLOAT32, TensorShape.of(rows, columns), data.flip());
  }
}
