package dev.questream.engine;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.Precision;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The imported models in a cache folder, for people: what is there, and whether it is whole. */
public final class ImportedModels {
  private static final String MANIFEST = ".properties";

  private final Path folder;

  public ImportedModels(Path folder) {
    this.folder = folder;
  }

  /**
   * An imported model.
   *
   * @param model its name
   * @param precision number format of the archive
   * @param dimensions elements of a vector
   * @param archive the TorchScript archive
   * @param bytes size of the archive, 0 if it is missing
   * @param sha256 digest that the archive had when it was written
   */
  public record Entry(
      String model, Precision precision, int dimensions, Path archive, long bytes, String sha256) {}

  /** All imported models, by the name of their archive. Damaged manifests are left out. */
  public List<Entry> list() {
    List<Entry> entries = new ArrayList<>();
    for (Path manifest : manifests()) {
      ImportManifest facts = read(manifest);
      if (facts != null) {
        entries.add(
            new Entry(
                facts.model(),
                facts.precision(),
                facts.dimensions(),
                archive(manifest),
                archive(manifest).toFile().length(),
                facts.archiveSha256()));
      }
    }
    return entries;
  }

  /**
   * What this version opens for none of these models: archives of other models, of other versions
   * or without a manifest, and what an interrupted import left a day ago or earlier.
   */
  public List<Path> unneeded(List<PublishedModel> models) {
    ModelImporter importer = new ModelImporter(folder, Libtorch.load());
    Set<Path> needed = new HashSet<>();
    models.forEach(model -> needed.addAll(importer.archives(model)));
    FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofDays(1)));
    List<Path> unneeded = new ArrayList<>();
    for (Path file : files("[0-9a-f]{24}\\.pt|\\.[0-9a-f-]{36}\\.part")) {
      boolean archive = file.toString().endsWith(".pt");
      if (archive ? !needed.contains(file) : changed(file).compareTo(yesterday) < 0) {
        unneeded.add(file);
      }
    }
    return unneeded;
  }

  private static FileTime changed(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /**
   * Deletes one of the {@link #unneeded}, with its manifest.
   *
   * @return false if a process uses it; then it stays
   */
  public boolean delete(Path file) {
    try {
      return ArchiveUse.endUnused(
          file,
          () -> {
            Files.deleteIfExists(manifest(file));
            Files.deleteIfExists(file);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted", e);
    }
  }

  /** Whether an archive's content is what was written when it was imported. */
  public boolean whole(Entry entry) {
    try {
      return Files.exists(entry.archive()) && Sha256.of(entry.archive()).equals(entry.sha256());
    } catch (IOException e) {
      throw new UncheckedIOException(entry.archive() + " cannot be read", e);
    }
  }

  private List<Path> manifests() {
    return files("[0-9a-f]+\\" + MANIFEST);
  }

  private List<Path> files(String names) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().matches(names)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read", e);
    }
  }

  private static Path archive(Path manifest) {
    return manifest.resolveSibling(
        manifest.getFileName().toString().replaceFirst("\\" + MANIFEST + "$", ".pt"));
  }

  private static Path manifest(Path archive) {
    return archive.resolveSibling(
        archive.getFileName().toString().replaceFirst("\\.[a-z]+$", MANIFEST));
  }

  private static ImportManifest read(Path manifest) {
    try {
      return ImportManifest.read(manifest);
    } catch (IOException e) {
      return null;
    }
  }
}
