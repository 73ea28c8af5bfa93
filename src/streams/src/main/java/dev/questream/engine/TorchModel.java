package dev.questream.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.GraphFormat;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TorchScript archive loaded on one device.
 *
 * <p>Inputs and outputs lie in the processor's memory; the graph copies them where it runs.
 */
final class TorchModel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TorchModel.class);

  /** The layout is best for about so many tokens in a batch, and good for others. */
  private static final long PACKED_ROWS = 1024;

  /** Fused attention must agree with attention run by run at least so far. */
  private static final double FUSED_COSINE = 0.999;

  /** Lengths of the texts that the two are compared on. */
  private static final List<Integer> TRIAL_LENGTHS = List.of(2, 3, 3, 8, 17, 17, 31);

  private final Model model;
  private final ComputeDevice device;
  private final int dimensions;
  private final CallThreads threads;
  private final AtomicInteger openSessions = new AtomicInteger();

  private TorchModel(Model model, ComputeDevice device, int dimensions, int callThreads) {
    this.model = model;
    this.device = device;
    this.dimensions = dimensions;
    this.threads = new CallThreads(device.isCuda() ? 1 : callThreads);
  }

  /**
   * Loads an archive that {@link ModelImporter} has verified.
   *
   * @param callThreads threads that one call may use at most, on the processor
   * @throws ModelException if libtorch refuses it
   */
  static TorchModel load(ImportedModel imported, ComputeDevice device, int callThreads) {
    Path archive = imported.archive();
    String name = archive.getFileName().toString().replaceFirst("\\.pt$", "");
    Model model = Model.newInstance(name, device.djl(), "PyTorch");
    try {
      // otherwise only what a module calls parameters is moved to the device
      model.load(archive.getParent(), name, Map.of("mapLocation", "true"));
      TorchModel loaded =
          new TorchModel(model, device, imported.manifest().dimensions(), callThreads);
      loaded.tune(imported.format());
      return loaded;
    } catch (IOException | MalformedModelException | TranslateException | EngineException e) {
      model.close();
      throw new ModelException(
          "libtorch cannot load %s on %s: %s".formatted(archive, device.label(), e.getMessage()),
          e);
    }
  }

  /** Chooses the fastest methods for the device, before any worker sees the model. */
  private void tune(GraphFormat format) throws TranslateException {
    if (format.kernels().packs()) {
      Graphs.switchOn(model, "pack", PACKED_ROWS);
    }
    if (device.isCuda() && format.precision() != Precision.FP32) {
      fuse();
    }
  }

  /** Fused attention is used where it exists and gives the vectors that it should. */
  private void fuse() throws TranslateException {
    List<int[]> trial = TRIAL_LENGTHS.stream().map(int[]::new).toList();
    List<float[]> expected = encode(trial);
    try {
      Graphs.switchOn(model, "fuse", 1);
      if (PrecisionGate.worstCosine(expected, encode(trial)) >= FUSED_COSINE) {
        return;
      }
      LOG.warn("Fused attention differs on {}; attention runs length by length", device.kind());
    } catch (TranslateException | EngineException e) {
      LOG.warn(
          "No fused attention on {} ({}); attention runs length by length",
          device.kind(),
          e.getMessage());
    }
    Graphs.switchOn(model, "part", 1);
  }

  private List<float[]> encode(List<int[]> tokenIds) {
    try (EncoderBackend.Session session = openSession(false)) {
      return session.encode(tokenIds);
    }
  }

  ComputeDevice device() {
    return device;
  }

  /** Sessions that are open. */
  int openSessions() {
    return openSessions.get();
  }

  /**
   * @param helpers whether the calling thread may be the one whose calls use several threads
   */
  EncoderBackend.Session openSession(boolean helpers) {
    openSessions.incrementAndGet();
    CallThreads.settle();
    return new TorchSession(
        model.newPredictor(new NoopTranslator()), helpers && threads.takeHelpers());
  }

  @Override
  public void close() {
    model.close();
  }

  private final class TorchSession implements EncoderBackend.Session {
    private final Predictor<NDList, NDList> predictor;
    private final boolean helpers;

    private TorchSession(Predictor<NDList, NDList> predictor, boolean helpers) {
      this.predictor = predictor;
      this.helpers = helpers;
    }

    @Override
    public boolean prefersSingles() {
      return helpers;
    }

    @Override
    public List<float[]> encode(List<int[]> tokenIds) {
      PackedBatch batch = PackedBatch.of(tokenIds);
      boolean helped = threads.begin(batch.ids().length, helpers);
      try (NDManager manager = model.getNDManager().newSubManager(Device.cpu())) {
        try (NDList output = predictor.predict(batch.inputs(manager))) {
          return batch.unpack(output.singletonOrThrow().toFloatArray(), dimensions);
        }
      } catch (TranslateException e) {
        throw new EngineException(e.getMessage(), e);
      } finally {
        threads.end(helped);
      }
    }

    @Override
    public void close() {
      openSessions.decrementAndGet();
      if (helpers) {
        threads.releaseHelpers();
      }
      predictor.close();
    }
  }
}
