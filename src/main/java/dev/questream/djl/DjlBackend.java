package dev.questream.djl;

import dev.questream.checkpoint.Model;
import dev.questream.checkpoint.ModelException;
import dev.questream.checkpoint.Models;
import dev.questream.checkpoint.Sha256;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.encoder.TokenizedText;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model on libtorch: imported once, gated by precision, checked by role. */
public final class DjlBackend implements EncoderBackend {
  private static final Logger LOG = LoggerFactory.getLogger(DjlBackend.class);

  /** DPR's passage encoders are trained and evaluated on passages cut to so many. */
  private static final int DPR_PASSAGE_TOKENS = 256;

  private final EncoderInfo info;
  private final DjlTokenizer tokenizer;
  private final TorchModel model;

  private DjlBackend(EncoderInfo info, DjlTokenizer tokenizer, TorchModel model) {
    this.info = info;
    this.tokenizer = tokenizer;
    this.model = model;
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
    Precision preferred = settings.precision().preferred();
    ModelCache.Imported imported = cache.archive(model, preferred);
    checkRole(model, imported.facts().role(), settings.role());
    DjlTokenizer tokenizer = tokenizer(model, imported, settings);
    try {
      TorchModel torch = TorchModel.load(imported);
      if (passes(settings, preferred, cache, model, imported, torch, tokenizer)) {
        return new DjlBackend(info(model, imported, settings, preferred), tokenizer, torch);
      }
      ModelCache.Imported exact = cache.archive(model, Precision.FP32);
      return new DjlBackend(
          info(model, exact, settings, Precision.FP32), tokenizer, TorchModel.load(exact));
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
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
              () -> TorchModel.load(cache.archive(model, Precision.FP32)),
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
    return new EncoderInfo(
        model.id(),
        model.revision(),
        model.weightsSha256(),
        Sha256.of(model.tokenizerJson()),
        settings.role(),
        model.pooling(),
        model.normalized(),
        precision,
        prefix(model, settings),
        imported.facts().dimensions(),
        maxTokens(model, imported));
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
  public Session openSession() {
    return model.openSession();
  }

  @Override
  public void close() {
    model.close();
    tokenizer.close();
  }
}
