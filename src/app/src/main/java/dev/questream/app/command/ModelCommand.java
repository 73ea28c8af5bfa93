package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.Step;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.EncoderConfig;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.engine.DeviceChoice;
import dev.questream.engine.ImportedModels;
import dev.questream.engine.PrecisionChoice;
import dev.questream.model.Encoders;
import dev.questream.weights.Sha256;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Looks after models: what they are, what has been imported, whether it is whole. */
@Command(
    name = "model",
    description = "Look at models and at what has been imported.",
    subcommands = {
      ModelCommand.Inspect.class,
      ModelCommand.Import.class,
      ModelExportCommand.class,
      ModelCommand.ListImported.class,
      ModelCommand.Verify.class,
      ModelPruneCommand.class
    })
public final class ModelCommand {
  @Mixin private GeneralOptions general;

  /** Says everything about a model without importing it. */
  @Command(name = "inspect", description = "Show what a model is: role, dimensions, hashes.")
  public static final class Inspect implements Callable<Integer> {
    private final Console console;
    @Mixin private LocalOptions settings;
    @Mixin private GeneralOptions general;

    @Parameters(paramLabel = "MODEL", description = "Bundled model, folder, or name on the hub.")
    private String model;

    public Inspect(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      QuestreamConfig config =
          HubModel.local(settings.config(Map.of(QuestreamConfig.MODEL, model)), console);
      PublishedModel resolved = Encoders.resolve(config);
      resolved.read(
          weights -> {
            show(resolved, weights);
            return null;
          });
      return ExitCode.OK.status();
    }

    private void show(PublishedModel resolved, EncoderCheckpoint weights) {
      EncoderConfig dimensions = weights.config();
      line("model", resolved.id());
      line("revision", resolved.revision());
      line("role", weights.role().label());
      line("companion", Companions.of(resolved.id()).orElse(""));
      line("family", weights.family());
      line("layers", dimensions.layers());
      line("hidden", dimensions.hidden());
      line("heads", dimensions.heads());
      line("intermediate", dimensions.intermediate());
      line("vocabulary", dimensions.vocabulary());
      line("dimensions", weights.output().dimensions());
      line(
          "trained sizes",
          resolved.matryoshka().sizes().stream()
              .map(String::valueOf)
              .collect(Collectors.joining(", ")));
      line("pooling", resolved.pooling());
      line("normalized", resolved.normalized());
      line("max tokens", Math.min(resolved.maxTokens(), dimensions.maxTokens()));
      line("question prefix", resolved.prefix(EncoderRole.QUESTION));
      line("passage prefix", resolved.prefix(EncoderRole.PASSAGE));
      line("passage template", PassageTemplate.of(weights.role()).label());
      line("weight file", weights.file().getFileName());
      line("stored as", weights.storedType().name().toLowerCase(Locale.ROOT));
      line(
          "auto precision",
          PrecisionChoice.of(PrecisionChoice.AUTO).preferred(DeviceChoice.cpu()).label());
      line("weights sha256", resolved.weightsSha256());
      line("tokenizer sha256", Sha256.of(resolved.tokenizerJson()));
    }

    private void line(String label, Object value) {
      console.out().printf("%-17s %s%n", label, value.toString().isEmpty() ? "-" : value);
    }
  }

  /** Imports a model ahead of the first start. */
  @Command(name = "import", description = "Import a model now, so that the first start is quick.")
  public static final class Import implements Callable<Integer> {
    private final Console console;
    @Mixin private LocalOptions settings;
    @Mixin private GeneralOptions general;

    @Parameters(paramLabel = "MODEL", description = "Bundled model, folder, or name on the hub.")
    private String model;

    public Import(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      QuestreamConfig config =
          HubModel.local(settings.config(Map.of(QuestreamConfig.MODEL, model)), console);
      try (Step step = console.step("importing " + model);
          BatchingEncoder encoder = Encoders.openAnyRole(config)) {
        EncoderInfo info = encoder.info();
        step.done(
            "%s, %s, %d dimensions, %s"
                .formatted(
                    info.modelId(),
                    info.role().label(),
                    info.dimensions(),
                    info.precision().label()));
      }
      return ExitCode.OK.status();
    }
  }

  /** Lists the cache folder. */
  @Command(name = "list", description = "List the imported models.")
  public static final class ListImported implements Callable<Integer> {
    private final Console console;
    @Mixin private LocalOptions settings;
    @Mixin private GeneralOptions general;

    public ListImported(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      for (ImportedModels.Entry entry :
          new ImportedModels(settings.config().cacheFolder()).list()) {
        console.out().println(describe(entry));
      }
      return ExitCode.OK.status();
    }
  }

  /** Compares every archive with its manifest. */
  @Command(
      name = "verify",
      description = "Check that the imported models are as they were written.")
  public static final class Verify implements Callable<Integer> {
    private final Console console;
    @Mixin private LocalOptions settings;
    @Mixin private GeneralOptions general;

    public Verify(Console console) {
      this.console = console;
    }

    @Override
    public Integer call() {
      ImportedModels store = new ImportedModels(settings.config().cacheFolder());
      boolean allWhole = true;
      for (ImportedModels.Entry entry : store.list()) {
        boolean whole = store.whole(entry);
        allWhole &= whole;
        console.out().println((whole ? "ok       " : "DAMAGED  ") + describe(entry));
      }
      return (allWhole ? ExitCode.OK : ExitCode.MODEL).status();
    }
  }

  static String describe(ImportedModels.Entry entry) {
    return "%-28s %-5s %5d dimensions %6d MiB  sha256 %s  %s"
        .formatted(
            entry.model(),
            entry.precision().label(),
            entry.dimensions(),
            entry.bytes() >> 20,
            entry.sha256(),
            entry.archive());
  }
}
