package dev.questream.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderRole;
import dev.questream.torchscript.LearntTensors;
import dev.questream.torchscript.TrainedTensor;
import dev.questream.torchscript.TrainingArchive;
import dev.questream.weights.ModelException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A question encoder that learns on libtorch, in float32. The weights stay there until they are
 * asked for.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class TorchTrainer implements AutoCloseable {
  private final Model model;
  private final ParameterStore parameters;
  private final List<TrainedTensor> trained;
  private final AdamW optimizer;
  private int steps;

  private TorchTrainer(Model model, List<TrainedTensor> trained, AdamW optimizer) {
    this.model = model;
    this.parameters = new ParameterStore(model.getNDManager(), false);
    this.trained = trained;
    this.optimizer = optimizer;
  }

  /**
   * Opens a question encoder for training.
   *
   * @param choice the first of these devices is used
   * @param seed of the dropout
   * @throws ModelException if the model is damaged, or libtorch refuses the graph
   */
  public static TorchTrainer open(
      PublishedModel source, Dropout dropout, AdamW optimizer, DeviceChoice choice, int seed) {
    ComputeDevice device = choice.resolve().get(0);
    Model model = Model.newInstance("training", device.djl(), "PyTorch");
    Path folder = null;
    try {
      folder = Files.createTempDirectory("questream-training-");
      Path archive = folder.resolve("training.pt");
      List<TrainedTensor> trained =
          source.read(
              EncoderRole.QUESTION,
              encoder -> {
                try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(archive), 1 << 20)) {
                  return TrainingArchive.write(encoder, dropout, out);
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(archive + " cannot be written", e);
                }
              });
      model.load(folder, "training", Map.of("mapLocation", "true", "trainParam", "true"));
      JniUtils.setSeed(seed);
      TorchTrainer trainer = new TorchTrainer(model, trained, optimizer);
      trainer.call("begin");
      return trainer;
    } catch (IOException | MalformedModelException | EngineException e) {
      model.close();
      throw new ModelException(
          "libtorch cannot train %s: %s".formatted(source.location(), e.getMessage()), e);
    } finally {
      delete(folder, "training.pt");
    }
  }

  /** Deletes a temporary folder with one file. */
  static void delete(Path folder, String file) {
    try {
      if (folder != null) {
        Files.deleteIfExists(folder.resolve(file));
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }

  /** Vectors of texts by what has been learnt so far, without dropout. */
  public List<float[]> encode(List<int[]> texts) {
    PackedBatch batch = PackedBatch.of(texts);
    try (NDManager manager = newManager();
        NDList output = run(batch.inputs(manager), false)) {
      float[] flat = output.singletonOrThrow().toFloatArray();
      return batch.unpack(flat, flat.length / batch.size());
    }
  }

  /**
   * Adds the gradient of the loss of some questions, the mean over a batch of them.
   *
   * @param batch how many questions the step has altogether
   * @return their share of the loss; no finite number where the weights or scores are none
   */
  public double accumulate(List<Lesson> lessons, Objective objective, int batch) {
    PackedBatch texts = PackedBatch.of(lessons.stream().map(Lesson::ids).toList());
    Candidates candidates = Candidates.of(lessons, texts.order());
    try (NDManager manager = newManager()) {
      NDList inputs = method(manager, "accumulate");
      inputs.addAll(texts.inputs(manager));
      inputs.addAll(candidates.inputs(manager));
      inputs.add(
          manager.create(
              new double[] {objective.temperature(), 1.0 / batch, objective.supervised()}));
      try (NDList output = run(inputs, true)) {
        return output.singletonOrThrow().toFloatArray()[0];
      }
    }
  }

  /**
   * Changes the weights by what {@link #accumulate} has gathered, which begins anew.
   *
   * @param rate the learning rate of this step
   * @return the length of the gradient before it was clipped; if it is no finite number, the
   *     weights are as they were
   */
  public double update(double rate) {
    try (NDManager manager = newManager()) {
      NDList inputs = method(manager, "update");
      inputs.add(manager.create(optimizer.settings(rate, steps + 1)));
      try (NDList output = run(inputs, false)) {
        double length = output.singletonOrThrow().toFloatArray()[0];
        steps += Double.isFinite(length) ? 1 : 0;
        return length;
      }
    }
  }

  /** Takes the elements of a tensor, float32, little-endian; valid for the call. */
  interface Receiver {
    void take(TrainedTensor tensor, ByteBuffer elements);
  }

  /** What has been learnt so far, copied. */
  public LearntTensors learnt() {
    LearntTensors learnt = new LearntTensors();
    learnt(learnt::add);
    return learnt;
  }

  /** Gives it out, tensor by tensor. */
  void learnt(Receiver receiver) {
    give("learnt", receiver);
  }

  /** Gives out the gradient that {@link #accumulate} has gathered. */
  void gradient(Receiver receiver) {
    give("gradient", receiver);
  }

  private void give(String method, Receiver receiver) {
    try (NDList tensors = call(method)) {
      for (int i = 0; i < trained.size(); i++) {
        receiver.take(trained.get(i), tensors.get(i).toByteBuffer());
      }
    }
  }

  private NDList call(String method) {
    NDManager manager = newManager();
    try {
      NDList inputs = method(manager, method);
      inputs.add(manager.zeros(new Shape(1)));
      NDList output = run(inputs, false);
      output.attach(model.getNDManager());
      return output;
    } finally {
      manager.close();
    }
  }

  private NDManager newManager() {
    return model.getNDManager().newSubManager(Device.cpu());
  }

  /** DJL takes the method from the name of a first argument that is not passed on. */
  private static NDList method(NDManager manager, String method) {
    NDArray name = manager.zeros(new Shape(1));
    name.setName(Graphs.METHOD + method);
    return new NDList(name);
  }

  /**
   * Calls the graph. To DJL all is training: what is made in any other call has no gradient.
   *
   * @param gradients whether they are recorded
   */
  private NDList run(NDList inputs, boolean gradients) {
    boolean before = JniUtils.isGradMode(); // of this thread
    JniUtils.setGradMode(gradients);
    try {
      return model.getBlock().forward(parameters, inputs, true);
    } finally {
      JniUtils.setGradMode(before);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
