package dev.questream.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.torchscript.TrainedTensor;
import dev.questream.weights.ElementType;
import dev.questream.weights.ModelException;
import dev.questream.weights.Tensor;
import dev.questream.weights.TensorShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A question encoder that learns on libtorch, in float32. The weights stay there until they are
 * asked for.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class TorchTrainer implements AutoCloseable {
  private final Model model;
  private final ModelTokenizer tokenizer;
  private final ParameterStore parameters;
  private final List<TrainedTensor> trained;
  private final Settings settings;
  private int steps;
  private int parts; // of the step under way

  private TorchTrainer(
      Model model, ModelTokenizer tokenizer, List<TrainedTensor> trained, Settings settings) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.parameters = new ParameterStore(model.getNDManager(), false);
    this.trained = trained;
    this.settings = settings;
  }

  /**
   * How it learns.
   *
   * @param dropout of states and attention
   * @param seed of the dropout, which is a function of it, of the step and of the part of its batch
   * @param optimizer its settings, but for the rate
   * @param compute the first of its devices is used, with its threads
   * @param text what is done to a question before it is encoded
   */
  public record Settings(
      Dropout dropout,
      int seed,
      AdamW optimizer,
      EngineSettings.Compute compute,
      EngineSettings.Text text) {}

  /**
   * Opens a question encoder for training.
   *
   * @throws ModelException if the model is damaged, of the other role, or libtorch refuses the
   *     graph
   */
  public static TorchTrainer open(PublishedModel source, Settings settings) {
    String prefix = settings.text().prefix().orElseGet(() -> source.prefix(EncoderRole.QUESTION));
    ModelOpening.checkPrefix(source, prefix);
    ComputeDevice device = settings.compute().devices().resolve().get(0);
    Model model = Model.newInstance("training", device.djl(), "PyTorch");
    ModelTokenizer tokenizer = null;
    try {
      TrainingGraph graph = TrainingGraph.load(source, settings.dropout(), model);
      tokenizer =
          new ModelTokenizer(
              source.tokenizerJson(),
              Math.min(source.maxTokens(), graph.maxTokens()),
              prefix,
              PassageTemplate.of(EncoderRole.QUESTION),
              settings.text().truncation());
      TorchTrainer trainer = new TorchTrainer(model, tokenizer, graph.trained(), settings);
      trainer.call("begin", 0).close();
      return trainer;
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      if (tokenizer != null) {
        tokenizer.close();
      }
      throw e instanceof ModelException refused
          ? refused
          : new ModelException(
              "libtorch cannot train %s: %s".formatted(source.location(), e.getMessage()), e);
    }
  }

  /**
   * The token ids of a question.
   *
   * @throws dev.questream.encoder.EncoderException if it has nothing to encode
   */
  public int[] tokenize(String question) {
    return tokenizer.tokenize(EncoderInput.question(question)).ids();
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
              new double[] {
                objective.temperature(), 1.0 / batch, objective.supervised(), objective.scale()
              }));
      JniUtils.setSeed(seed(settings.seed(), steps, parts++));
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
      inputs.add(manager.create(settings.optimizer().settings(rate, steps + 1)));
      try (NDList output = run(inputs, false)) {
        double length = output.singletonOrThrow().toFloatArray()[0];
        steps += Double.isFinite(length) ? 1 : 0;
        parts = 0;
        return length;
      }
    }
  }

  /** Another for each part of each step; of its bits libtorch's generator takes the lower half. */
  private static long seed(int seed, int step, int part) {
    return new SplittableRandom(((long) seed << Integer.SIZE | step) * 31 + part).nextLong();
  }

  /** Takes tensors of the graph, in the order of {@link #trained}; valid for the call. */
  interface Receiver {
    void take(List<Tensor> tensors) throws IOException;
  }

  /** What the graph keeps of each tensor; the numbers are the graph's. */
  enum State {
    WEIGHTS,
    GRADIENTS,
    MEANS,
    SQUARES
  }

  /** Gives out what is kept, float32, by the paths in the graph; it stays where libtorch has it. */
  void give(State state, Receiver receiver) throws IOException {
    try (NDList tensors = call("state", state.ordinal())) {
      List<Tensor> given = new ArrayList<>();
      for (int i = 0; i < trained.size(); i++) {
        NDArray tensor = tensors.get(i);
        given.add(
            new Tensor(
                trained.get(i).path(),
                ElementType.FLOAT32,
                TensorShape.of(tensor.getShape().getShape()),
                tensor.toByteBuffer(true)));
      }
      receiver.take(given);
    }
  }

  /**
   * Puts back a tensor of {@link #trained}.
   *
   * @param elements float32, in native memory
   */
  void restore(State state, int index, ByteBuffer elements) {
    try (NDManager manager = newManager()) {
      NDList inputs = method(manager, "restore");
      inputs.add(manager.create(new long[] {state.ordinal(), index}));
      Shape shape = new Shape(elements.remaining() / Float.BYTES);
      inputs.add(manager.create(elements, shape, DataType.FLOAT32));
      run(inputs, false).close();
    }
  }

  /** What is trained. */
  public List<TrainedTensor> trained() {
    return trained;
  }

  /** Steps that have changed the weights. */
  public int steps() {
    return steps;
  }

  /** Goes on behind so many steps. */
  void resume(int done) {
    steps = done;
    parts = 0;
  }

  private NDList call(String method, long argument) {
    NDManager manager = newManager();
    try {
      NDList inputs = method(manager, method);
      inputs.add(manager.create(new long[] {argument}));
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
    JniUtils.setNumThreads(settings.compute().callThreads());
    try {
      return model.getBlock().forward(parameters, inputs, true);
    } finally {
      JniUtils.setNumThreads(1); // threads that libtorch has not seen yet would take it over
      JniUtils.setGradMode(before);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
