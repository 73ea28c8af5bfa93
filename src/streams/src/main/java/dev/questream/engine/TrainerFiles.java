package dev.questream.engine;

import dev.questream.engine.TorchTrainer.State;
import dev.questream.weights.Checkpoint;
import dev.questream.weights.ModelException;
import dev.questream.weights.SafetensorsWriter;
import dev.questream.weights.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * What a trainer has come to, in files: weights and both moments, each a safetensors file with the
 * tensors of the graph by their paths. They never stand on the heap.
 *
 * <p><b>Threading:</b> the trainer's.
 */
public final class TrainerFiles {
  private static final List<State> KEPT = List.of(State.WEIGHTS, State.MEANS, State.SQUARES);

  private TrainerFiles() {}

  /** Writes all of it into a folder, and brings it to the disk. */
  public static void save(TorchTrainer trainer, Path folder) throws IOException {
    for (State state : KEPT) {
      write(trainer, state, file(folder, state));
    }
  }

  /**
   * Goes on from what {@link #save} wrote.
   *
   * @param steps that had been done
   * @throws ModelException if a file is damaged or of another model; the trainer is of no use then
   */
  public static void load(TorchTrainer trainer, Path folder, int steps) throws IOException {
    for (State state : KEPT) {
      Checkpoint tensors = Checkpoint.open(file(folder, state));
      trainer.give(state, own -> restore(trainer, state, own, tensors));
    }
    trainer.resume(steps);
  }

  private static void restore(
      TorchTrainer trainer, State state, List<Tensor> own, Checkpoint tensors) {
    for (int i = 0; i < own.size(); i++) {
      Tensor tensor = tensors.read(own.get(i).name());
      if (tensor.type() != own.get(i).type() || !tensor.shape().equals(own.get(i).shape())) {
        throw new ModelException(
            "%s is of another model: its %s is %s %s, not %s"
                .formatted(
                    tensors.file(),
                    tensor.name(),
                    tensor.type(),
                    tensor.shape(),
                    own.get(i).shape()));
      }
      trainer.restore(state, i, tensor.data());
    }
  }

  /** Writes the weights, for {@link dev.questream.torchscript.LearntTensors#in}. */
  public static void saveWeights(TorchTrainer trainer, Path file) throws IOException {
    write(trainer, State.WEIGHTS, file);
  }

  /** Bytes of the weights; {@link #save} writes three times as many. */
  public static long weightBytes(TorchTrainer trainer) throws IOException {
    long[] bytes = {0};
    trainer.give(
        State.WEIGHTS, tensors -> tensors.forEach(tensor -> bytes[0] += tensor.data().remaining()));
    return bytes[0];
  }

  private static Path file(Path folder, State state) {
    return folder.resolve(state.name().toLowerCase(Locale.ROOT) + ".safetensors");
  }

  private static void write(TorchTrainer trainer, State state, Path file) throws IOException {
    trainer.give(
        state,
        tensors -> {
          Iterator<Tensor> next = tensors.iterator();
          SafetensorsWriter.write(
              file,
              tensors.stream().map(SafetensorsWriter.Entry::of).toList(),
              entry -> next.next());
        });
  }
}
