package dev.questream.engine;

import dev.questream.encoder.Cosine;
import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInput;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a lower precision with float32 on a fixed set of probe texts.
 *
 * <p>The worst cosine found is kept beside the archive, for the processor that it was found on.
 */
final class PrecisionGate {
  private static final Logger LOG = LoggerFactory.getLogger(PrecisionGate.class);
  private static final String PROBES = "/models/probe-texts.txt";

  private PrecisionGate() {}

  /** The worst cosine between the two models' vectors over the probe texts. */
  static double worstCosine(
      ImportedModel reduced,
      TorchModel reducedModel,
      Supplier<TorchModel> fp32,
      ModelTokenizer tokenizer) {
    Path file = gateFile(reduced.archive());
    String sha256 = reduced.manifest().archiveSha256();
    String where = reducedModel.device().kind();
    double known = read(file, sha256, where);
    if (!Double.isNaN(known)) {
      return known;
    }
    double measured;
    try (TorchModel reference = fp32.get()) {
      measured = compare(reference, reducedModel, tokenizer);
    }
    write(file, sha256, where, measured);
    return measured;
  }

  private static double compare(
      TorchModel reference, TorchModel reduced, ModelTokenizer tokenizer) {
    List<int[]> ids =
        probes().stream()
            .map(text -> tokenizer.tokenize(EncoderInput.question(text)).ids())
            .toList();
    List<float[]> exact;
    List<float[]> tried;
    try (EncoderBackend.Session session = reference.openSession(false)) {
      exact = session.encode(ids);
    }
    try (EncoderBackend.Session session = reduced.openSession(false)) {
      tried = session.encode(ids);
    }
    return worstCosine(exact, tried);
  }

  /** The worst cosine between vectors of the same index; -1 where one is not a number. */
  static double worstCosine(List<float[]> exact, List<float[]> tried) {
    double worst = 1;
    for (int i = 0; i < exact.size(); i++) {
      double cosine = Cosine.of(exact.get(i), tried.get(i));
      worst = Double.isNaN(cosine) ? -1 : Math.min(worst, cosine);
    }
    return worst;
  }

  private static List<String> probes() {
    try (InputStream in = PrecisionGate.class.getResourceAsStream(PROBES)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Path gateFile(Path archive) {
    return archive.resolveSibling(
        archive.getFileName().toString().replaceFirst("\\.pt$", ".gate.properties"));
  }

  /** The cosine found before for this archive on this processor; NaN if there is none. */
  private static double read(Path file, String archiveSha256, String where) {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      return Double.NaN;
    }
    boolean same =
        archiveSha256.equals(properties.getProperty("archive.sha256"))
            && where.equals(properties.getProperty("processor"));
    try {
      return same ? Double.parseDouble(properties.getProperty("worst.cosine", "NaN")) : Double.NaN;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  private static void write(Path file, String archiveSha256, String where, double worst) {
    Properties properties = new Properties();
    properties.setProperty("archive.sha256", archiveSha256);
    properties.setProperty("processor", where);
    properties.setProperty("worst.cosine", Double.toString(worst));
    try {
      AtomicFile.write(
          file,
          part -> {
            try (var out = Files.newOutputStream(part)) {
              properties.store(out, "Questream: worst cosine to float32 over the probe texts");
            }
            return part;
          });
    } catch (IOException e) {
      LOG.warn(
          "{} could not be written, the precision gate will run again: {}", file, e.toString());
    }
  }
}
