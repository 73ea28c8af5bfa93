package dev.questream.engine;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.Hardware;
import dev.questream.encoder.TokenizedText;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A model on libtorch. */
public final class TorchBackend implements EncoderBackend {
  /** Two sessions a device: one copies and launches while the other's kernels run. */
  private static final int CUDA_WORKERS = 2;

  /** Under so many tokens launching kernels takes longer than running them. */
  private static final int MIN_CUDA_BATCH_TOKENS = 4096;

  private static final int MAX_CUDA_BATCH_TOKENS = 32_768;

  private final EncoderInfo info;
  private final ModelTokenizer tokenizer;
  private final List<TorchModel> models;

  TorchBackend(EncoderInfo info, ModelTokenizer tokenizer, List<TorchModel> models) {
    this.info = info;
    this.tokenizer = tokenizer;
    this.models = models;
  }

  /**
   * Opens a model; imports it first if this machine has not seen it.
   *
   * @throws dev.questream.weights.ModelException if the model is damaged, of the other role, or
   *     refused by the precision gate
   */
  public static TorchBackend open(PublishedModel model, EngineSettings settings) {
    return new ModelOpening(model, settings).open();
  }

  @Override
  public EncoderInfo info() {
    return info;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    return tokenizer.tokenize(input);
  }

  @Override
  public Hardware hardware() {
    String name =
        models.stream().map(model -> model.device().label()).collect(Collectors.joining(","));
    return models.get(0).device().isCuda()
        ? new Hardware(
            name, CUDA_WORKERS * models.size(), MIN_CUDA_BATCH_TOKENS, MAX_CUDA_BATCH_TOKENS)
        : Hardware.cpu(info.precision());
  }

  /** On the device with the fewest sessions. */
  @Override
  public synchronized Session openSession() {
    return models.stream()
        .min(Comparator.comparingInt(TorchModel::openSessions))
        .orElseThrow()
        .openSession(true);
  }

  @Override
  public void close() {
    models.forEach(TorchModel::close);
    tokenizer.close();
  }
}
