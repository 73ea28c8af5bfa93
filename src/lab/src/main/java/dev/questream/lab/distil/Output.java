package dev.questream.lab.distil;

import dev.questream.app.console.Console;
import dev.questream.checkpoint.ModelCopy;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.torchscript.LearntTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the model goes. A run that was stopped may have left the best so far there. */
final class Output {
  private final Path folder;
  private final Path note; // the epoch whose model a stopped run has written
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
    if (!Files.exists(folder) || written != epoch) {
      if (written > 0 && Files.exists(folder)) {
        Path aside = folder.resolveSibling(folder.getFileName() + ".epoch-" + written);
        Files.move(folder, aside);
        console.out().printf("moved the model after epoch %d to %s%n", written, aside);
      }
      try {
        ModelCopy.into(folder).write(source, learnt, beside);
      } catch (IOException | UncheckedIOException e) {
        throw WorkFolder.unwritable(
            folder,
            e instanceof UncheckedIOException wrapped ? wrapped.getCause() : (IOException) e);
      }
    }
    console.out().printf("wrote %s, the model after epoch %d%n", folder, epoch);
  }

  /** The same, and it is known to a later run. */
  void writeForNow(
      PublishedModel source, LearntTensors learnt, int epoch, ModelCopy.Addition beside)
      throws IOException {
    int before = written();
    if (before != 0) {
      write(source, learnt, epoch, beside); // moves aside what the note names
    }
    WorkFolder.writeFile(note, file -> Files.writeString(file, Integer.toString(epoch)));
    if (before == 0) {
      write(source, learnt, epoch, beside);
    }
  }
}
