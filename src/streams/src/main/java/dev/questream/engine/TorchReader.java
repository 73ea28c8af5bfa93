package dev.questream.engine;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.ReaderModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.EncoderArchive;
import dev.questream.torchscript.GraphFormat;
import dev.questream.weights.ModelException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A reader on libtorch, in float32: scores of passages for a question.
 *
 * <p><b>Threading:</b> sessions may be open at once, each used by one thread.
 */
public final class TorchReader implements AutoCloseable {
  private final PairTokenizer tokenizer;
  private final TorchModel model;

  private TorchReader(PairTokenizer tokenizer, TorchModel model) {
    this.tokenizer = tokenizer;
    this.model = model;
  }

  /**
   * Opens a reader.
   *
   * @param choice the first of these devices is used
   * @throws ModelException if it is damaged, of several labels, or libtorch refuses it
   */
  public static TorchReader open(ReaderModel reader, DeviceChoice choice) {
    ComputeDevice device = choice.resolve().get(0);
    EncoderCheckpoint encoder = reader.encoder();
    GraphFormat format = device.format(Precision.FP32);
    int maxTokens = reader.maxTokens(encoder.config().maxTokens());
    Path folder = null;
    try {
      folder = Files.createTempDirectory("questream-reader-");
      Path archive = folder.resolve("reader.pt");
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive), 1 << 20)) {
        if (reader.hasTypes()) {
          EncoderArchive.writePairs(encoder, format, out);
        } else {
          EncoderArchive.write(encoder, format, out);
        }
      }
      ImportManifest manifest =
          new ImportManifest("", EncoderRole.UNIVERSAL, 1, maxTokens, reader.id(), Precision.FP32);
      PairTokenizer tokenizer = new PairTokenizer(reader, maxTokens, encoder.config().vocabulary());
      return new TorchReader(
          tokenizer, TorchModel.load(new ImportedModel(archive, manifest, format), device, 1));
    } catch (IOException e) {
      throw new ModelException(
          "%s cannot be opened: %s".formatted(reader.location(), e.getMessage()), e);
    } finally {
      if (folder != null) {
        TrainingGraph.delete(folder, "reader.pt");
      }
    }
  }

  /** Scores passages, on one thread. */
  public final class Session implements AutoCloseable {
    private final EncoderBackend.Session session = model.openSession(false);

    /** The scores of passages, in their order. */
    public float[] scores(String question, List<EncoderInput> passages) {
      List<int[]> pairs = new ArrayList<>();
      passages.forEach(passage -> pairs.add(tokenizer.ids(question, passage)));
      List<float[]> found = session.encode(pairs);
      float[] scores = new float[found.size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = found.get(i)[0];
      }
      return scores;
    }

    @Override
    public void close() {
      session.close();
    }
  }

  /** Opens a session. */
  public Session openSession() {
    return new Session();
  }

  /** The ids of a pair, for tests. */
  int[] ids(String question, EncoderInput passage) {
    return tokenizer.ids(question, passage);
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
