package dev.questream.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.GraphFormat;
import dev.questream.torchscript.LinearKernels;
import dev.questream.torchscript.ProductsArchive;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast this machine multiplies matrices of a model's size when it does nothing else: the roof
 * over any encoder of that model.
 *
 * <p>As many threads as the encoder has workers run the products of a feed-forward block inside one
 * TorchScript loop, the weights hot in the cache, so that neither Java nor the operator dispatch is
 * measured. The kernels are those that the encoder takes in that precision.
 *
 * <p><b>Threading:</b> one thread measures; the threads that multiply end with the measurement.
 */
public final class MatrixRate implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MatrixRate.class);
  private static final int CPU_ROWS = 512;
  private static final int CUDA_ROWS = 16_384; // enough to fill the largest card
  private static final int REPEATS = 8;

  private final List<Model> models;
  private final int rows;
  private final int hidden;
  private final int intermediate;
  private final LinearKernels kernels;

  private MatrixRate(
      List<Model> models, int rows, int hidden, int intermediate, LinearKernels kernels) {
    this.models = models;
    this.rows = rows;
    this.hidden = hidden;
    this.intermediate = intermediate;
    this.kernels = kernels;
  }

  /**
   * Makes the matrices.
   *
   * @param hidden width of a token's state
   * @param intermediate width inside the feed-forward block
   * @param choice where they are multiplied, by one thread after the other in turn
   * @throws ModelException if libtorch cannot be loaded or refuses the graph
   */
  public static MatrixRate open(
      Precision precision, int hidden, int intermediate, DeviceChoice choice) {
    List<ComputeDevice> devices = choice.resolve();
    GraphFormat format = devices.get(0).format(precision);
    Path folder = null;
    List<Model> models = new ArrayList<>();
    try {
      folder = Files.createTempDirectory("questream-products-");
      Path archive = folder.resolve("products.pt");
      try (OutputStream out = Files.newOutputStream(archive)) {
        ProductsArchive.write(hidden, intermediate, format, out);
      }
      for (ComputeDevice device : devices) {
        Model model = Model.newInstance("products", device.djl(), "PyTorch");
        models.add(model);
        model.load(folder, "products", Map.of("mapLocation", "true"));
        if (format.kernels().packs()) {
          Graphs.switchOn(model, "pack", CPU_ROWS);
        }
      }
      int rows = devices.get(0).isCuda() ? CUDA_ROWS : CPU_ROWS;
      return new MatrixRate(List.copyOf(models), rows, hidden, intermediate, format.kernels());
    } catch (IOException | MalformedModelException | TranslateException | EngineException e) {
      models.forEach(Model::close);
      throw new ModelException(
          "the rate of matrix products cannot be measured: " + e.getMessage(), e);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try {
      if (folder != null) {
        Files.deleteIfExists(folder.resolve("products.pt"));
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      LOG.debug("{} stays behind", folder, e);
    }
  }

  /** Whose kernels multiply. */
  public LinearKernels kernels() {
    return kernels;
  }

  /**
   * Multiplies for a while.
   *
   * @param threads that multiply at once, one product each
   * @param atLeast how long
   * @return floating-point operations a second, all threads together
   */
  public double measure(int threads, Duration atLeast) {
    multiply(threads, Duration.ZERO); // once each, to warm up
    return multiply(threads, atLeast);
  }

  private double multiply(int threads, Duration atLeast) {
    try (Race race = new Race(threads)) {
      long calls = race.run(worker -> calls(models.get(worker % models.size()), atLeast));
      return calls * callFlop() / (race.nanos() / 1e9);
    }
  }

  private double callFlop() {
    return 2.0 * 2.0 * rows * hidden * intermediate * REPEATS;
  }

  private long calls(Model model, Duration atLeast) {
    try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
        NDManager manager = model.getNDManager().newSubManager()) {
      NDList input = input(manager);
      long start = System.nanoTime();
      long calls = 0;
      do {
        predictor.predict(input).close();
        calls++;
      } while (System.nanoTime() - start < atLeast.toNanos());
      return calls;
    } catch (TranslateException e) {
      throw new EngineException(e.getMessage(), e);
    }
  }

  private NDList input(NDManager manager) {
    NDArray x = manager.ones(new Shape(rows, hidden));
    NDArray repeats = manager.full(new Shape(1), REPEATS, DataType.INT64);
    return new NDList(x, repeats);
  }

  @Override
  public void close() {
    models.forEach(Model::close);
  }
}
