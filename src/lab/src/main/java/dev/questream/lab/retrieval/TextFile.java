package dev.questream.lab.retrieval;

import dev.questream.app.io.DataException;
import dev.questream.app.io.PlainInput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipException;

/**
 * A UTF-8 file, plain or gzipped, read once from start to end with the SHA-256 of its plain
 * content. Gzip is known by its first bytes and not by the name.
 *
 * <p><b>Threading:</b> one thread.
 */
final class TextFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final MessageDigest digest = sha256();
  private final InputStream content;
  private final Reader reader;

  private TextFile(Path file, InputStream raw) throws IOException {
    this.file = file;
    this.content =
        new BufferedInputStream(
            new DigestInputStream(PlainInput.unpacked(raw), digest), BUFFER_BYTES);
    PlainInput.beginText(content);
    this.reader =
        new InputStreamReader(
            content,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
  }

  /**
   * Opens a file.
   *
   * @throws DataException if it is not there or cannot be read
   */
  static TextFile open(Path file) {
    try {
      InputStream raw = Files.newInputStream(file);
      try {
        return new TextFile(file, raw);
      } catch (IOException e) {
        raw.close();
        throw e;
      }
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The characters; reading reports bytes that are not UTF-8. */
  Reader reader() {
    return reader;
  }

  /** Lower-case hex SHA-256 of the plain content; to be asked once, after the end was read. */
  String sha256OfContent() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Words what went wrong with a file. */
  static DataException failure(Path file, IOException e) {
    String what =
        e instanceof NoSuchFileException
            ? "there is no file " + file
            : e instanceof CharacterCodingException
                ? file + " is not valid UTF-8"
                : e instanceof ZipException || e instanceof java.io.EOFException
                    ? "%s is damaged or was cut: %s".formatted(file, e.getMessage())
                    : "%s cannot be read: %s".formatted(file, e.getMessage());
    return new DataException(what, e);
  }

  DataException failure(IOException e) {
    return failure(file, e);
  }

  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
