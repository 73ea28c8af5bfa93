package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.torchscript.LearntTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the model goes. A run that was stopped, or killed at its very end, may have left one there.
 */
final class Output {
  private final Path folder;
  private final Path note; // the epoch whose model a run has written, or was about to
  private final Console console;

  private Output(Path folder, Path note, Console console) {
    this.folder = folder.toAbsolutePath().normalize();
    this.note = note;
    this.console = console;
  }

  /**
   * The folder, checked before anything is done.
   *
   * @throws dev.questream.weights.ModelException if it holds something else
   */
  static Output of(Path folder, WorkFolder work, Console console) throws IOException {
    Output output = new Output(folder, work.training().resolve("written"), console);
    if (output.written() == 0) {
      ModelCopy.into(folder);
    }
    return output;
  }

  private int written() throws IOException {
    return Files.exists(note) ? Integer.parseInt(Files.readString(note)) : 0;
  }

  /** Writes the model behind an epoch; another one of an earlier run is moved aside. */
  void write(PublishedModel source, LearntTensors learnt, int epoch, ModelCopy.Addition beside)
      throws IOException {
    int written = written();
    try {
      if (written == epoch && isThere()) {
        beside.into(folder);
      } else {
        if (written > 0 && isThere()) {
          Path aside = folder.resolveSibling(folder.getFileName() + ".epoch-" + written);
          Files.move(folder, aside);
          console.out().printf("moved the model after epoch %d to %s%n", written, aside);
        }
        WorkFolder.writeFile(note, file -> Files.writeString(file, Integer.toString(epoch)));
        ModelCopy.into(folder).write(source, learnt, beside);
      }
    } catch (IOException | UncheckedIOException e) {
      throw WorkFolder.unwritable(
          folder, e instanceof UncheckedIOException wrapped ? wrapped.getCause() : (IOException) e);
    }
    console.out().printf("wrote %s, the model after epoch %d%n", folder, epoch);
  }

  private boolean isThere() {
    return Files.exists(folder.resolve("model.safetensors"));
  }
}
