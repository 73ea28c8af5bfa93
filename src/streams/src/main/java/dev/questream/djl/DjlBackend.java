package dev.questream.djl;

import dev.questream.checkpoint.Model;
import dev.questream.checkpoint.ModelException;
import dev.questream.checkpoint.Models;
import dev.questream.checkpoint.Sha256;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Hardware;
import dev.questream.encoder.Precision;
import dev.questream.encoder.TokenizedText;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model on libtorch: imported once, gated by precision, checked by role. */
public final class DjlBackend implements EncoderBackend {
  private static final Logger LOG = LoggerFactory.getLogger(DjlBackend.class);

  /** DPR's passage encoders are trained and evaluated on passages cut to so many. */
  private static final int DPR_PASSAGE_TOKENS = 256;

  /** Two sessions a device: one copies and launches while the other's kernels run. */
  private static final int CUDA_WORKERS = 2;

  /** Under so many tokens launching kernels takes longer than running them. */
  private static final int MIN_CUDA_BATCH_TOKENS = 4096;

  private static final int MAX_CUDA_BATCH_TOKENS = 32_768;

  private final EncoderInfo info;
  private final DjlTokenizer tokenizer;
  private final List<TorchModel> models;

  private DjlBackend(EncoderInfo info, DjlTokenizer tokenizer, List<TorchModel> models) {
    this.info = info;
    this.tokenizer = tokenizer;
    this.models = models;
  }

  /**
   * Opens a model; imports it first if this machine has not seen it.
   *
   * @throws ModelException if the model is missing, damaged, of the other role, or refused by the
   *     precision gate
   */
  public static DjlBackend open(EncoderSettings settings) {
    String libtorch = Libtorch.load();
    Model model = Models.resolve(settings.model(), settings.cache());
    ModelCache cache = new ModelCache(settings.cache(), libtorch);
    List<Place> places = settings.devices().resolve().stream().map(Place::new).toList();
    Precision preferred = settings.precision().preferred(places.get(0));
    ModelCache.Imported imported = cache.archive(model, places.get(0).format(preferred));
    checkRole(model, imported.facts().role(), settings.role());
    DjlTokenizer tokenizer = tokenizer(model, imported, settings);
    int threads = settings.callThreads();
    try {
      TorchModel first = TorchModel.load(imported, places.get(0), threads);
      if (passes(settings, preferred, cache, model, imported, first, tokenizer)) {
        return new DjlBackend(
            info(model, imported, settings, preferred),
            tokenizer,
            onAll(places, first, imported, threads));
      }
      ModelCache.Imported exact = exact(cache, model, places.get(0));
      return new DjlBackend(
          info(model, exact, settings, Precision.FP32),
          tokenizer,
          onAll(places, TorchModel.load(exact, places.get(0), threads), exact, threads));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  /** The model on every device; closes those that are loaded if one is refused. */
  private static List<TorchModel> onAll(
      List<Place> places, TorchModel first, ModelCache.Imported imported, int threads) {
    List<TorchModel> models = new ArrayList<>(List.of(first));
    try {
      places.stream()
          .skip(1)
          .forEach(place -> models.add(TorchModel.load(imported, place, threads)));
      return List.copyOf(models);
    } catch (RuntimeException e) {
      models.forEach(TorchModel::close);
      throw e;
    }
  }

  private static ModelCache.Imported exact(ModelCache cache, Model model, Place place) {
    return cache.archive(model, place.format(Precision.FP32));
  }

  /** Whether the precision may be used; closes {@code torch} if not. */
  private static boolean passes(
      EncoderSettings settings,
      Precision precision,
      ModelCache cache,
      Model model,
      ModelCache.Imported imported,
      TorchModel torch,
      DjlTokenizer tokenizer) {
    if (precision == Precision.FP32) {
      return true;
    }
    double worst;
    try {
      worst =
          PrecisionGate.worstCosine(
              imported,
              torch,
              () -> TorchModel.load(exact(cache, model, torch.place()), torch.place(), 1),
              tokenizer);
    } catch (RuntimeException e) {
      torch.close();
      throw e;
    }
    if (worst >= settings.minCosine()) {
      return true;
    }
    torch.close();
    refuse(settings, precision, worst);
    return false;
  }

  private static void refuse(EncoderSettings settings, Precision precision, double worst) {
    String found =
        String.format(
            Locale.ROOT,
            "in %s the worst cosine to float32 is %.6f, under the bound of %s",
            precision.label(),
            worst,
            settings.minCosine());
    if (settings.precision().fixed().isPresent()) {
      throw new ModelException(
          "%s: %s; use another precision or lower encoder.precision.min.cosine"
              .formatted(settings.model(), found));
    }
    LOG.warn("{}: {}; running in float32", settings.model(), found);
  }

  private static void checkRole(Model model, EncoderRole found, EncoderRole asked) {
    if (!found.serves(asked)) {
      throw new ModelException(
          ("%s is a %s encoder by its weights, and a %s encoder is asked for; name its companion with"
                  + " --model, or say what it is to encode: `encode --role %s`, `demo --passage-model`")
              .formatted(model.id(), found.label(), asked.label(), found.label()));
    }
  }

  private static DjlTokenizer tokenizer(
      Model model, ModelCache.Imported imported, EncoderSettings settings) {
    return new DjlTokenizer(
        model.tokenizerJson(),
        maxTokens(model, imported),
        prefix(model, settings),
        imported.facts().role() != EncoderRole.UNIVERSAL,
        settings.truncation());
  }

  private static int maxTokens(Model model, ModelCache.Imported imported) {
    int maxTokens = Math.min(model.maxTokens(), imported.facts().maxPositions());
    return imported.facts().role() == EncoderRole.PASSAGE
        ? Math.min(maxTokens, DPR_PASSAGE_TOKENS)
        : maxTokens;
  }

  private static String prefix(Model model, EncoderSettings settings) {
    return settings.prefix().orElseGet(() -> model.prefix(settings.role()));
  }

  private static EncoderInfo info(
      Model model, ModelCache.Imported imported, EncoderSettings settings, Precision precision) {
    Provenance provenance =
        new Provenance(
            new Provenance.Model(
                model.id(),
                model.revision(),
                model.weightsSha256(),
                Sha256.of(model.tokenizerJson())),
            new Provenance.Computation(
                model.pooling().label(),
                model.normalized(),
                precision.label(),
                prefix(model, settings),
                imported.facts().dimensions()));
    return new EncoderInfo(provenance, settings.role(), maxTokens(model, imported));
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
        models.stream().map(model -> model.place().label()).collect(Collectors.joining(","));
    return models.get(0).place().isCuda()
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
