package dev.questream.torchscript;

import dev.questream.checkpoint.Activation;
import dev.questream.weights.ElementType;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
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

  private ProductsArchive() {}

  /**
   * Writes the archive.
   *
   * @param hidden width of a row
   * @param intermediate width between the two products
   * @param format of weights and products; where its kernels pack, {@code pack} has to be called as
   *     for {@link EncoderArchive}
   * @param out receives the zip; closed on return
   */
  public static void write(int hidden, int intermediate, GraphFormat format, OutputStream out)
      throws IOException {
    LinearLayers linear = new LinearLayers(format, Activation.GELU);
    String source =
        SourceTemplate.resource("products.py")
                .source(Map.of(), Map.of("STATES", format.statesType()))
            + linear.source();
    try (TorchScriptArchive archive = new TorchScriptArchive(out, source, CLASS_NAME)) {
      linear.write(archive, "up", kind -> part(kind, intermediate, hidden));
      linear.write(archive, "down", kind -> part(kind, hidden, intermediate));
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
