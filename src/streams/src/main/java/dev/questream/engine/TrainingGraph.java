package dev.questream.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderRole;
import dev.questream.torchscript.TrainedTensor;
import dev.questream.torchscript.TrainingArchive;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A question encoder's graph for training, and what it trains. Its archive is needed only while it
 * is loaded.
 *
 * @param trained in the order of the graph's lists
 * @param maxTokens that the positions allow
 */
record TrainingGraph(List<TrainedTensor> trained, int maxTokens) {
  private static final String NAME = "training";

  /** Writes and loads the graph of a model. */
  static TrainingGraph load(PublishedModel source, Dropout dropout, Model target)
      throws IOException, MalformedModelException {
    Path folder = Files.createTempDirectory("questream-training-");
    try {
      TrainingGraph graph = write(source, dropout, folder.resolve(NAME + ".pt"));
      target.load(folder, NAME, Map.of("mapLocation", "true", "trainParam", "true"));
      return graph;
    } finally {
      delete(folder, NAME + ".pt");
    }
  }

  private static TrainingGraph write(PublishedModel source, Dropout dropout, Path archive) {
    return source.read(
        EncoderRole.QUESTION,
        encoder -> {
          ModelOpening.checkRole(source, encoder.role(), EncoderRole.QUESTION);
          try (OutputStream out =
              new BufferedOutputStream(Files.newOutputStream(archive), 1 << 20)) {
            return new TrainingGraph(
                TrainingArchive.write(encoder, dropout, out), encoder.config().maxTokens());
          } catch (IOException e) {
            throw new UncheckedIOException(archive + " cannot be written: " + e.getMessage(), e);
          }
        });
  }

  /** Deletes a temporary folder with one file. */
  static void delete(Path folder, String file) {
    try {
      Files.deleteIfExists(folder.resolve(file));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
