package dev.questream.engine;

import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.Precision;
import dev.questream.weights.AtomicFile;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;

/**
 * What was learnt from the weights when a model was imported; kept beside its archive.
 *
 * @param archiveSha256 digest of the archive
 * @param role what the state-dict keys say
 * @param dimensions elements of a vector
 * @param maxTokens tokens that its positions allow
 * @param model name of the model
 * @param precision number format of the archive
 */
record ImportManifest(
    String archiveSha256,
    EncoderRole role,
    int dimensions,
    int maxTokens,
    String model,
    Precision precision) {

  /** Reads a manifest; null if it is damaged. */
  static ImportManifest read(Path manifest) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(manifest)) {
      properties.load(reader);
      return new ImportManifest(
          properties.getProperty("archive.sha256", ""),
          EncoderRole.valueOf(properties.getProperty("role", "").toUpperCase(Locale.ROOT)),
          Integer.parseInt(properties.getProperty("dimensions", "")),
          Integer.parseInt(properties.getProperty("max.tokens", "")),
          properties.getProperty("model", ""),
          Precision.valueOf(properties.getProperty("precision", "").toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException | MalformedInputException e) {
      return null;
    }
  }

  /** Writes the manifest under its final name in one step. */
  void write(Path manifest) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("archive.sha256", archiveSha256);
    properties.setProperty("role", role.label());
    properties.setProperty("dimensions", Integer.toString(dimensions));
    properties.setProperty("max.tokens", Integer.toString(maxTokens));
    properties.setProperty("model", model);
    properties.setProperty("precision", precision.label());
    AtomicFile.write(
        manifest,
        part -> {
          try (Writer writer = Files.newBufferedWriter(part)) {
            properties.store(writer, "Questream: an imported model");
          }
          return part;
        });
  }
}
