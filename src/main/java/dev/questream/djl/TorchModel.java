package dev.questream.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import dev.questream.checkpoint.ModelException;
import dev.questream.encoder.EncoderBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A loaded TorchScript archive. */
final class TorchModel implements AutoCloseable {
  /** The layout is best for about so many tokens in a batch, and good for others. */
  private static final long PACKED_ROWS = 1024;

  private final Model model;
  private final int dimensions;

  private TorchModel(Model model, int dimensions) {
    this.model = model;
    this.dimensions = dimensions;
  }

  /**
   * Loads an archive that {@link ModelCache} has verified.
   *
   * @throws ModelException if libtorch refuses it
   */
  static TorchModel load(ModelCache.Imported imported) {
    Path archive = imported.archive();
    String name = archive.getFileName().toString().replaceFirst("\\.pt$", "");
    Model model = Model.newInstance(name, Device.cpu(), "PyTorch");
    try {
      model.load(archive.getParent(), name);
      if (Processor.packs(imported.facts().precision())) {
        pack(model);
      }
      return new TorchModel(model, imported.facts().dimensions());
    } catch (IOException | MalformedModelException | TranslateException | EngineException e) {
      model.close();
      throw new ModelException("libtorch cannot load %s: %s".formatted(archive, e.getMessage()), e);
    }
  }

  /** Calls the graph's method {@code pack} before any worker sees the model. */
  private static void pack(Model model) throws TranslateException {
    try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
        NDManager manager = model.getNDManager().newSubManager()) {
      NDArray method = manager.create(0);
      method.setName("module_method:pack");
      predictor.predict(new NDList(method, manager.zeros(new Shape(PACKED_ROWS)))).close();
    }
  }

  EncoderBackend.Session openSession() {
    return new TorchSession(
        model.newPredictor(new NoopTranslator()), model.getNDManager(), dimensions);
  }

  @Override
  public void close() {
    model.close();
  }

  private record TorchSession(Predictor<NDList, NDList> predictor, NDManager parent, int dimensions)
      implements EncoderBackend.Session {

    @Override
    public List<float[]> encode(List<int[]> tokenIds) {
      PackedBatch batch = PackedBatch.of(tokenIds);
      try (NDManager manager = parent.newSubManager()) {
        NDArray groups = manager.create(batch.groups(), new Shape(batch.groups().length / 2, 2));
        NDList input =
            new NDList(manager.create(batch.ids()), manager.create(batch.positions()), groups);
        try (NDList output = predictor.predict(input)) {
          return batch.unpack(output.singletonOrThrow().toFloatArray(), dimensions);
        }
      } catch (TranslateException e) {
        throw new EngineException(e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      predictor.close();
    }
  }
}
