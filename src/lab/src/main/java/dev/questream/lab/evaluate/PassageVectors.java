package dev.questream.lab.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.encoder.VectorShape;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFile;
import dev.questream.lab.retrieval.vector.PassageShards;
import dev.questream.lab.retrieval.vector.PublishedVectors;
import dev.questream.lab.retrieval.vector.ShapedVectors;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.lab.retrieval.vector.VectorReader;
import dev.questream.model.Encoders;
import dev.questream.provenance.Provenance;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The vectors of all passages on disk: published ones as they are; our own, encoded here once, or
 * as far as they are missing.
 */
public final class PassageVectors {
  private static final int SHOWN_HASH = 12;
  private static final long MEBIBYTE = 1 << 20;

  private final PassageCollection passages;
  private final Path path;
  private final PassageShards shards; // null: published
  private final Provenance provenance; // null: published
  private final boolean shaped; // they have the shape that their provenance says
  private final int rejected;

  private PassageVectors(
      PassageCollection passages,
      Path path,
      PassageShards shards,
      Provenance provenance,
      boolean shaped,
      int rejected) {
    this.passages = passages;
    this.path = path;
    this.shards = shards;
    this.provenance = provenance;
    this.shaped = shaped;
    this.rejected = rejected;
  }

  /** Those of a topic, which have one shape. */
  static PassageVectors ofTopic(
      PassageCollection passages,
      Path path,
      PassageShards shards,
      Provenance provenance,
      int rejected) {
    return new PassageVectors(passages, path, shards, provenance, true, rejected);
  }

  /** How shards are written. */
  public record Storage(StorageType type, int shardPassages) {}

  /**
   * Opens the vectors and encodes what is missing.
   *
   * @param folder where they lie; empty: in the cache
   */
  public static PassageVectors open(
      QuestreamConfig config,
      PassageCollection passages,
      Optional<Path> folder,
      Storage storage,
      Console console)
      throws IOException {
    if (folder.isPresent() && PublishedVectors.areIn(folder.get())) {
      return new PassageVectors(passages, folder.get(), null, null, false, 0);
    }
    try (BatchingEncoder encoder = Encoders.open(config, EncoderRole.PASSAGE)) {
      EncoderInfo info = encoder.info();
      String template = info.provenance().computed().passageTemplate();
      Path chosen =
          folder.orElseGet(
              () ->
                  cacheFolder(
                      config,
                      passages,
                      shortened(info.provenance().model().weightsSha256()),
                      info.precision().label(),
                      storage.type().label(),
                      shortened(Sha256.of(template.getBytes(UTF_8)))));
      try (PassageShards shards =
          PassageShards.open(chosen, info, passages, storage.type(), storage.shardPassages())) {
        int rejected = encodeMissing(encoder, passages, shards, chosen, console);
        return new PassageVectors(passages, chosen, shards, info.provenance(), false, rejected);
      }
    }
  }

  /**
   * Where vectors of passages are kept.
   *
   * @param facts what tells them from others of the same passages
   */
  static Path cacheFolder(QuestreamConfig config, PassageCollection passages, String... facts) {
    return config
        .cacheFolder()
        .resolve("passages")
        .resolve(shortened(passages.sha256()) + "-" + String.join("-", facts));
  }

  private static String shortened(String hash) {
    return hash.substring(0, SHOWN_HASH);
  }

  private static int encodeMissing(
      QuestionEncoder encoder,
      PassageCollection passages,
      PassageShards shards,
      Path folder,
      Console console)
      throws IOException {
    int stored = shards.stored();
    if (stored == passages.size()) {
      return 0;
    }
    requireRoom(folder, shards.missingBytes());
    if (stored > 0) {
      console
          .err()
          .printf("%s holds %,d of %,d passages; continuing%n", folder, stored, passages.size());
    }
    Progress progress = console.progress("encoding passages", passages.size() - stored);
    try (PassageFile file = passages.open();
        PassageShards.Writer writer = shards.writer()) {
      file.skip(stored);
      Encoding sink = new Encoding(writer, progress, stored, console);
      OrderedEncoding.run(encoder, () -> input(file.next()), sink);
      progress.done();
      return sink.rejected;
    }
  }

  private static EncoderInput input(Passage passage) {
    return passage == null ? null : EncoderInput.passage(passage.title(), passage.text());
  }

  /** Refuses a folder that has not room for so many bytes. */
  static void requireRoom(Path folder, long bytes) throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (bytes > free) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          ("the vectors need %,d MiB more in %s, where %,d MiB are free;"
                  + " name another folder with --passage-embeddings, or take --storage float16")
              .formatted(bytes / MEBIBYTE + 1, folder, free / MEBIBYTE));
    }
  }

  /** Writes vectors and counts. */
  private static final class Encoding implements OrderedEncoding.Sink {
    private final PassageShards.Writer writer;
    private final Progress progress;
    private final int stored;
    private final Console console;
    private int done;
    private int rejected;

    private Encoding(PassageShards.Writer writer, Progress progress, int stored, Console console) {
      this.writer = writer;
      this.progress = progress;
      this.stored = stored;
      this.console = console;
    }

    @Override
    public void encoded(Embedding embedding) throws IOException {
      writer.add(embedding.vector());
      progress.at(++done, "");
    }

    @Override
    public void rejected(EncoderException failure) throws IOException {
      writer.add(null);
      done++;
      rejected++;
      console
          .err()
          .printf(
              "passage %,d cannot be encoded and will not be found: %s%n",
              stored + done, failure.getMessage());
    }
  }

  /** Reads the vectors from the first on. */
  public VectorReader reader() {
    return shards == null ? PublishedVectors.open(path, passages) : shards.reader();
  }

  /** Reads the vectors in a shape; those of fewer dimensions, or of a topic, are not cut. */
  VectorReader reader(VectorShape shape) {
    VectorReader whole = reader();
    if (shaped) {
      return whole;
    }
    VectorShape possible =
        new VectorShape(Math.min(shape.dimensions(), whole.dimensions()), shape.type());
    return ShapedVectors.of(
        whole, possible, provenance().map(made -> made.computed().normalized()).orElse(false));
  }

  /** What the vectors were made with; empty for published ones, which do not say. */
  public Optional<Provenance> provenance() {
    return Optional.ofNullable(provenance);
  }

  /** Where they lie. */
  public Path path() {
    return path;
  }

  /** Passages that could not be encoded in this run. */
  int rejected() {
    return rejected;
  }
}
