package dev.questream.engine;

import dev.questream.checkpoint.EncoderCheckpoint;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.SentenceModule;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.torchscript.EncoderArchive;
import dev.questream.torchscript.GraphFormat;
import dev.questream.torchscript.LinearKernels;
import dev.questream.weights.AtomicFile;
import dev.questream.weights.DiskFailure;
import dev.questream.weights.Sha256;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports models: one TorchScript archive per weights, graph, format and libtorch version.
 *
 * <p>An archive and its manifest are written under temporary names and renamed, the manifest last,
 * so that an interrupted import leaves nothing that would be used. libtorch does not check the
 * archive's checksums, so its SHA-256 is compared with the manifest before every load; a damaged
 * archive is imported again.
 */
final class ModelImporter {
  private static final Logger LOG = LoggerFactory.getLogger(ModelImporter.class);
  private static final int KEY_LENGTH = 24;

  private final Path folder;
  private final String libtorch;

  /**
   * @param folder where archives lie; made when the first model is imported
   * @param libtorch version of the library that will load them
   */
  ModelImporter(Path folder, String libtorch) {
    this.folder = folder;
    this.libtorch = libtorch;
  }

  /**
   * Finds the archive of a model, importing it first where needed.
   *
   * @param asked the side to import where the weights hold both
   * @throws dev.questream.weights.ModelException if the model is damaged
   * @throws UncheckedIOException if the cache folder cannot be written
   */
  ImportedModel find(PublishedModel model, EncoderRole asked, GraphFormat format) {
    String key = key(model, side(model.holdsBothSides(), asked), format);
    Path archive = folder.resolve(key + ".pt");
    Path manifest = folder.resolve(key + ".properties");
    try {
      ImportedModel found;
      do {
        ImportedModel cached = verified(archive, manifest, format);
        found = cached != null ? cached : importModel(model, asked, format, archive, manifest);
        ArchiveUse.begin(archive);
      } while (!Files.exists(archive)); // another process had just deleted it
      return found;
    } catch (IOException e) {
      throw unwritable(model, folder, e);
    }
  }

  /** The archives that this version may open of a model, whether they are there or not. */
  Set<Path> archives(PublishedModel model) {
    Set<Path> archives = new HashSet<>();
    Set<String> sides = new HashSet<>();
    boolean both = model.holdsBothSides(); // reads the weights' names
    for (EncoderRole asked : EncoderRole.values()) {
      sides.add(side(both, asked));
    }
    for (Precision precision : Precision.values()) {
      for (LinearKernels kernels : LinearKernels.values()) {
        if (kernels.multiply(precision)) {
          GraphFormat format = new GraphFormat(precision, kernels);
          for (String side : sides) {
            archives.add(folder.resolve(key(model, side, format) + ".pt"));
          }
        }
      }
    }
    return archives;
  }

  /** The model is fine, this machine is not. */
  private static UncheckedIOException unwritable(
      PublishedModel model, Path folder, IOException failure) {
    return new UncheckedIOException(
        "%s could not be imported into %s: %s"
            .formatted(model.id(), folder, DiskFailure.advise(failure, "cache.dir")),
        failure);
  }

  /** Which side of a file that holds both; empty for all others. */
  private static String side(boolean both, EncoderRole asked) {
    return both ? (asked == EncoderRole.PASSAGE ? asked : EncoderRole.QUESTION).label() : "";
  }

  private String key(PublishedModel model, String side, GraphFormat format) {
    String parts =
        String.join(
            "\n",
            model.weightsSha256() + side,
            model.config().toString(),
            model.modules().stream().map(SentenceModule::label).collect(Collectors.joining(",")),
            format.precision().label(),
            format.kernels().name(),
            "graph " + EncoderArchive.GRAPH_VERSION,
            "libtorch " + libtorch);
    return Sha256.of(parts.getBytes(StandardCharsets.UTF_8)).substring(0, KEY_LENGTH);
  }

  private static ImportedModel verified(Path archive, Path manifest, GraphFormat format)
      throws IOException {
    if (!Files.exists(archive) || !Files.exists(manifest)) {
      return null;
    }
    ImportManifest written = ImportManifest.read(manifest);
    if (written == null || !Sha256.of(archive).equals(written.archiveSha256())) {
      LOG.warn("{} is damaged; importing the model again", archive);
      return null;
    }
    return new ImportedModel(archive, written, format);
  }

  private ImportedModel importModel(
      PublishedModel model, EncoderRole asked, GraphFormat format, Path archive, Path manifest)
      throws IOException {
    LOG.info(
        "Importing {} as {} (once; kept in {})", model.id(), format.precision().label(), folder);
    Files.createDirectories(folder);
    ImportManifest learnt =
        AtomicFile.write(
            archive, part -> model.read(asked, encoder -> write(encoder, model, format, part)));
    learnt.write(manifest);
    return new ImportedModel(archive, learnt, format);
  }

  private static ImportManifest write(
      EncoderCheckpoint encoder, PublishedModel model, GraphFormat format, Path target) {
    MessageDigest digest = Sha256.newDigest();
    try (OutputStream file = Files.newOutputStream(target);
        OutputStream out =
            new DigestOutputStream(new BufferedOutputStream(file, 1 << 20), digest)) {
      EncoderArchive.write(encoder, format, out);
    } catch (IOException e) {
      throw unwritable(model, target.getParent(), e);
    }
    return new ImportManifest(
        Sha256.hex(digest),
        encoder.role(),
        encoder.output().dimensions(),
        encoder.config().maxTokens(),
        model.id(),
        format.precision());
  }
}
