package dev.questream.engine;

import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.Precision;
import dev.questream.provenance.Provenance;
import dev.questream.weights.ModelException;
import dev.questream.weights.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one model: imports it if this machine has not seen it, checks its role, holds its precision
 * against float32, and loads it on every device.
 */
final class ModelOpening {
  private static final Logger LOG = LoggerFactory.getLogger(ModelOpening.class);

  /** DPR's passage encoders are trained and evaluated on passages cut to so many. */
  private static final int DPR_PASSAGE_TOKENS = 256;

  private final PublishedModel model;
  private final EngineSettings settings;
  private final ModelImporter importer;
  private final List<ComputeDevice> devices;

  ModelOpening(PublishedModel model, EngineSettings settings) {
    this.model = model;
    this.settings = settings;
    this.importer = new ModelImporter(settings.cache(), Libtorch.load());
    this.devices = settings.compute().devices().resolve();
  }

  /**
   * Opens the model.
   *
   * @throws ModelException if the model is damaged, of the other role, or refused by the precision
   *     gate
   */
  TorchBackend open() {
    checkPrefix();
    ImportedModel imported = imported(settings.arithmetic().precision().preferred(devices.get(0)));
    checkRole(imported.manifest().role());
    ModelTokenizer tokenizer = tokenizer(imported.manifest());
    try {
      TorchModel first = load(imported, devices.get(0));
      if (passes(imported, first, tokenizer)) {
        return backend(imported, first, tokenizer);
      }
      ImportedModel exact = imported(Precision.FP32);
      return backend(exact, load(exact, devices.get(0)), tokenizer);
    } catch (RuntimeException e) {
      tokenizer.close();
      throw e;
    }
  }

  private ImportedModel imported(Precision precision) {
    return importer.find(model, settings.role(), devices.get(0).format(precision));
  }

  private TorchModel load(ImportedModel imported, ComputeDevice device) {
    return TorchModel.load(imported, device, settings.compute().callThreads());
  }

  private void checkRole(EncoderRole found) {
    checkRole(model, found, settings.role());
  }

  static void checkRole(PublishedModel model, EncoderRole found, EncoderRole asked) {
    if (!found.serves(asked)) {
      throw new ModelException(
          "%s is a %s encoder by its weights, and a %s encoder is asked for (encoder.role); take %s (--model, --passage-model), or encode %ss with it"
              .formatted(
                  model.id(),
                  found.label(),
                  asked.label(),
                  Companions.of(model.id()).orElse("its companion"),
                  found.label()));
    }
  }

  private ModelTokenizer tokenizer(ImportManifest manifest) {
    return new ModelTokenizer(
        model.tokenizerJson(),
        maxTokens(manifest),
        prefix(),
        template(manifest),
        settings.text().truncation());
  }

  private int maxTokens(ImportManifest manifest) {
    int maxTokens = Math.min(model.maxTokens(), manifest.maxTokens());
    return manifest.role() == EncoderRole.PASSAGE
        ? Math.min(maxTokens, DPR_PASSAGE_TOKENS)
        : maxTokens;
  }

  private String prefix() {
    return settings.text().prefix().orElseGet(() -> model.prefix(settings.role()));
  }

  private void checkPrefix() {
    checkPrefix(model, prefix());
  }

  static void checkPrefix(PublishedModel model, String prefix) {
    if (!prefix.isEmpty() && !model.includesPrompt()) {
      throw new ModelException(
          "%s leaves its prompt out of the pooling (include_prompt), which is not supported; without a prompt, encoder.prefix= (empty), it can be used"
              .formatted(model.location()));
    }
  }

  private PassageTemplate template(ImportManifest manifest) {
    return settings.text().template().orElseGet(() -> PassageTemplate.of(manifest.role()));
  }

  /** Whether the precision may be used; closes {@code torch} if not. */
  private boolean passes(ImportedModel imported, TorchModel torch, ModelTokenizer tokenizer) {
    Precision precision = imported.format().precision();
    if (precision == Precision.FP32) {
      return true;
    }
    double worst;
    try {
      worst =
          PrecisionGate.worstCosine(
              imported,
              torch,
              () -> TorchModel.load(imported(Precision.FP32), torch.device(), 1),
              tokenizer);
    } catch (RuntimeException e) {
      torch.close();
      throw e;
    }
    if (worst >= settings.arithmetic().minCosine()) {
      return true;
    }
    torch.close();
    refuse(precision, worst);
    return false;
  }

  private void refuse(Precision precision, double worst) {
    String found =
        String.format(
            Locale.ROOT,
            "in %s the worst cosine to float32 is %.6f, under the bound of %s",
            precision.label(),
            worst,
            settings.arithmetic().minCosine());
    if (settings.arithmetic().precision().fixed().isPresent()) {
      throw new ModelException(
          "%s: %s; use another precision or lower encoder.precision.min.cosine"
              .formatted(model.location(), found));
    }
    LOG.warn("{}: {}; running in float32", model.location(), found);
  }

  private TorchBackend backend(ImportedModel imported, TorchModel first, ModelTokenizer tokenizer) {
    return new TorchBackend(info(imported), tokenizer, onAll(imported, first));
  }

  /** The model on every device; closes those that are loaded if one is refused. */
  private List<TorchModel> onAll(ImportedModel imported, TorchModel first) {
    List<TorchModel> models = new ArrayList<>(List.of(first));
    try {
      devices.stream().skip(1).forEach(device -> models.add(load(imported, device)));
      return List.copyOf(models);
    } catch (RuntimeException e) {
      models.forEach(TorchModel::close);
      throw e;
    }
  }

  private EncoderInfo info(ImportedModel imported) {
    Provenance provenance =
        new Provenance(
            new Provenance.Model(
                model.id(),
                model.revision(),
                model.weightsSha256(),
                Sha256.of(model.tokenizerJson())),
            new Provenance.Computation(
                    model.pooling(),
                    model.normalized(),
                    imported.format().precision().label(),
                    prefix(),
                    imported.manifest().dimensions())
                .withTemplate(
                    settings.role() == EncoderRole.PASSAGE
                        ? template(imported.manifest()).label()
                        : ""));
    return new EncoderInfo(provenance, settings.role(), maxTokens(imported.manifest()));
  }
}
