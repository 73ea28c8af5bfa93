package dev.questream.app.command;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.engine.ImportedModels;
import dev.questream.engine.ImportedModels.Entry;
import dev.questream.model.Encoders;
import dev.questream.weights.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes room in the cache folder. */
@Command(
    name = "prune",
    description = {
      "Delete imported models that neither the setting `model` nor --keep names, and those of other"
          + " versions.",
      "What a running process uses stays. What was fetched from the hub stays too: other programs"
          + " share it."
    },
    sortOptions = false)
public final class ModelPruneCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private LocalOptions settings;
  @Mixin private GeneralOptions general;

  @Option(
      names = "--keep",
      paramLabel = "MODEL",
      description = "Another model to keep, as the setting `model` takes it. May be repeated.")
  private List<String> keep = new ArrayList<>();

  @Option(names = "--dry-run", description = "Only say what would be deleted.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Delete without a question.")
  private boolean yes;

  public ModelPruneCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    QuestreamConfig config = settings.config();
    ImportedModels imported = new ImportedModels(config.cacheFolder());
    Map<Path, Entry> known =
        imported.list().stream().collect(Collectors.toMap(Entry::archive, Function.identity()));
    List<Path> unneeded = imported.unneeded(needed(config));
    for (Path file : unneeded) {
      Entry entry = known.get(file);
      console
          .out()
          .println(
              entry == null
                  ? "%d MiB, no whole import  %s".formatted(file.toFile().length() >> 20, file)
                  : ModelCommand.describe(entry));
    }
    long bytes = unneeded.stream().mapToLong(file -> file.toFile().length()).sum();
    console.err().printf("%d to delete, %d MiB%n", unneeded.size(), bytes >> 20);
    if (!unneeded.isEmpty() && !dryRun && agreed()) {
      unneeded.forEach(file -> delete(imported, file));
    }
    return ExitCode.OK.status();
  }

  private List<PublishedModel> needed(QuestreamConfig config) {
    Set<String> names = new LinkedHashSet<>(keep);
    names.add(config.getString(QuestreamConfig.MODEL));
    return names.stream().map(name -> model(config, name)).toList();
  }

  private static PublishedModel model(QuestreamConfig config, String name) {
    try {
      return Encoders.resolveOffline(config.with(QuestreamConfig.MODEL, name));
    } catch (ModelException e) {
      throw new FatalException(
          ExitCode.MODEL,
          ("%s is not on this machine, so it is not known what it needs; name one that is with"
                  + " --set model=... or --keep")
              .formatted(name),
          e);
    }
  }

  private boolean agreed() {
    if (yes) {
      return true;
    }
    if (!console.terminal()) {
      throw new FatalException(
          ExitCode.USAGE, "nothing was deleted: there is nobody to ask; --yes deletes");
    }
    console.err().print("delete? [y/N] ");
    console.err().flush();
    Scanner in = new Scanner(System.in, StandardCharsets.UTF_8);
    return in.hasNextLine() && in.nextLine().strip().equalsIgnoreCase("y");
  }

  private void delete(ImportedModels imported, Path file) {
    if (!imported.delete(file)) {
      console.err().printf("%s stays: a running process uses it%n", file);
    }
  }
}
