package dev.questream.lab.distil;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.io.DataException;
import dev.questream.lab.retrieval.Passage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A teacher's scores in a file that grows question by question, of the form that {@link ScoreFile}
 * reads. What a killed process left is read first; a question that is not whole, such as a
 * half-written line, is dropped.
 *
 * <p><b>Threading:</b> one thread.
 */
final class KeptScores implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path file;
  private final FileChannel out;
  private InputStream in; // null: all has been read
  private long line;
  private long whole; // bytes of whole questions
  private long read;
  private long forced = System.nanoTime();

  private KeptScores(Path file, FileChannel out, InputStream in) {
    this.file = file;
    this.out = out;
    this.in = in;
  }

  /** Opens a file, or begins one. */
  static KeptScores open(Path file) throws IOException {
    try {
      FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new KeptScores(file, out, new BufferedInputStream(Files.newInputStream(file)));
    } catch (IOException e) {
      throw WorkFolder.unwritable(file, e);
    }
  }

  /**
   * The scores of the next question, in the order in which they were added.
   *
   * @return null if there are none; from then on they are to be added
   * @throws DataException if the file holds something else
   */
  float[] next(String question, List<Passage> candidates) throws IOException {
    float[] scores = new float[candidates.size()];
    for (int i = 0; i < scores.length; i++) {
      byte[] next = in == null ? null : readLine();
      if (next == null) {
        end();
        return null;
      }
      scores[i] = score(next, question, candidates.get(i).id());
    }
    whole = read;
    return scores;
  }

  /** A line without its end, or null where no whole one is left. */
  private byte[] readLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        line++;
        read += bytes.size() + 1L;
        return bytes.toByteArray();
      }
      bytes.write(next);
    }
    return null;
  }

  private float score(byte[] bytes, String question, String passage) throws IOException {
    try {
      JsonNode node = JSON.readTree(bytes);
      if (node.path("question").asText().equals(question)
          && node.path("passage").asText().equals(passage)
          && node.path("score").isNumber()) {
        return node.path("score").floatValue();
      }
    } catch (JsonProcessingException e) {
      throw changed(e);
    }
    throw changed(null);
  }

  private DataException changed(Exception cause) {
    return new DataException(
        "%s, line %,d is not what was written there; remove the lines from there on, and they are made anew"
            .formatted(file, line),
        cause);
  }

  private void end() throws IOException {
    if (in != null) {
      in.close();
      in = null;
      out.truncate(whole);
      out.position(whole);
    }
  }

  /** Keeps the scores of the next question. */
  void add(String question, List<Passage> candidates, float[] scores) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < scores.length; i++) {
      lines
          .append(
              JSON.createObjectNode()
                  .put("question", question)
                  .put("passage", candidates.get(i).id())
                  .put("score", (double) scores[i])) // as a double it comes back bit by bit
          .append('\n');
    }
    try {
      ByteBuffer bytes = java.nio.charset.StandardCharsets.UTF_8.encode(lines.toString());
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      if (System.nanoTime() - forced > FORCE_NANOS) {
        out.force(false);
        forced = System.nanoTime();
      }
    } catch (IOException e) {
      throw WorkFolder.unwritable(file, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (in != null) {
      in.close();
    }
    out.close();
  }
}
