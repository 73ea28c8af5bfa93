package dev.questream.lab.distil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.engine.TorchTrainer;
import dev.questream.engine.TrainerFiles;
import dev.questream.torchscript.LearntTensors;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checkpoints of a training in a folder: {@code checkpoint-N}, of which the one before is deleted
 * when the next is whole, and {@code best-N.safetensors}, the weights of the best epoch.
 */
final class Checkpoints {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "checkpoint-";
  private static final String BEST = "best-";
  private static final String STATE = "state.json";

  /** A checkpoint of three times the weights and the best, each twice while it is replaced. */
  private static final int ROOM = 2 * (3 + 1);

  private final Path folder;

  Checkpoints(Path folder) {
    this.folder = folder;
  }

  /**
   * Bytes that checkpoints of a trainer take at most.
   *
   * @throws ModelException if it has more weights than a file of them may have
   */
  static long room(TorchTrainer trainer) throws IOException {
    long weights = TrainerFiles.weightBytes(trainer);
    if (weights > Integer.MAX_VALUE) {
      throw new ModelException(
          "the encoder has %,d MiB of weights in float32; up to 2 GiB can be kept and learn"
              .formatted(weights >> 20));
    }
    return ROOM * weights;
  }

  /** Where the last checkpoint was taken, if there is one. */
  Optional<TrainingState> state() throws IOException {
    Optional<Path> last = last();
    if (last.isEmpty()) {
      return Optional.empty();
    }
    try {
      byte[] json = Files.readAllBytes(last.get().resolve(STATE));
      return Optional.of(JSON.readValue(json, TrainingState.class));
    } catch (JsonProcessingException e) {
      throw WorkFolder.damaged(last.get(), e);
    }
  }

  /** Brings a trainer there. */
  void restore(TorchTrainer trainer, TrainingState state) throws IOException {
    TrainerFiles.load(trainer, last().orElseThrow(), state.steps());
  }

  /** Keeps where a trainer is. */
  void save(TorchTrainer trainer, TrainingState state) throws IOException {
    int number = last().map(Checkpoints::number).orElse(0) + 1;
    Path next = folder.resolve(String.format(Locale.ROOT, "%s%06d", NAME, number));
    WorkFolder.writeFolder(
        next,
        part -> {
          TrainerFiles.save(trainer, part);
          Files.write(part.resolve(STATE), JSON.writeValueAsBytes(state));
        });
    for (Path other : files()) {
      boolean older = isCheckpoint(other) && !other.equals(next);
      if (older || isBest(other) && !other.equals(best(state.best()))) {
        WorkFolder.delete(other);
      }
    }
  }

  /**
   * Keeps the weights behind an epoch, which was the best; to be called before its {@link #save}.
   */
  void saveBest(TorchTrainer trainer, int epoch) throws IOException {
    WorkFolder.writeFile(best(epoch), file -> TrainerFiles.saveWeights(trainer, file));
  }

  /** What had been learnt behind an epoch that was the best. */
  LearntTensors learnt(TorchTrainer trainer, int epoch) {
    return LearntTensors.in(best(epoch), trainer.trained());
  }

  private Path best(int epoch) {
    return folder.resolve(BEST + epoch + ".safetensors");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private Optional<Path> last() throws IOException {
    return files().stream().filter(Checkpoints::isCheckpoint).reduce((first, second) -> second);
  }

  private static boolean isCheckpoint(Path path) {
    return path.getFileName().toString().matches(NAME + "\\d+");
  }

  private static boolean isBest(Path path) {
    return path.getFileName().toString().startsWith(BEST);
  }

  private static int number(Path checkpoint) {
    return Integer.parseInt(checkpoint.getFileName().toString().substring(NAME.length()));
  }
}
