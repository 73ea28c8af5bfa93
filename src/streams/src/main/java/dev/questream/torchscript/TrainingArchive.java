package dev.questream.torchscript;

import dev.questream.checkpoint.Dropout;
import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.encoder.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes an encoder as a TorchScript archive that learns: the graph of {@link EncoderArchive} in
 * float32, and around it the steps of {@code torchscript/training.py}.
 */
public final class TrainingArchive {
  private static final String CLASS_NAME = "Training";
  private static final GraphFormat FORMAT =
      new GraphFormat(Precision.FP32, LinearKernels.LIBTORCH); // the others have no gradient

  private TrainingArchive() {}

  /**
   * Writes the archive.
   *
   * @param out receives the zip; closed on return
   * @return what it trains, in the order of the lists that its methods return
   * @throws IOException if {@code out} does
   */
  public static List<TrainedTensor> write(
      EncoderCheckpoint encoder, Dropout dropout, OutputStream out) throws IOException {
    List<TrainedTensor> trained = TrainedTensor.of(encoder);
    EncoderGraph.Purpose purpose = EncoderGraph.Purpose.training(dropout);
    String source =
        new EncoderGraph(encoder.config(), encoder.output(), FORMAT, purpose).source()
            + SourceTemplate.resource("training.py")
                .source(Map.of(), Map.of("WEIGHTS", attributes(trained)));
    try (TorchScriptArchive archive = new TorchScriptArchive(out, source, CLASS_NAME)) {
      archive.object(
          "encoder",
          EncoderGraph.CLASS_NAME,
          () -> {
            archive.bool("training", false);
            new EncoderArchive(encoder, FORMAT, purpose, archive).writeAttributes();
          });
      for (String list : List.of("gradients", "means", "squares")) {
        archive.emptyList(list);
      }
    }
    return trained;
  }

  private static String attributes(List<TrainedTensor> trained) {
    return trained.stream()
        .map(tensor -> "encoder." + tensor.path())
        .collect(Collectors.joining(", "));
  }
}
