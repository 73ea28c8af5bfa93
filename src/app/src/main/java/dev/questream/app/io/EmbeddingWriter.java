package dev.questream.app.io;

import dev.questream.encoder.Embedding;
import java.io.IOException;

/** Writes vectors to a file, in the order of the inputs. */
public interface EmbeddingWriter extends AutoCloseable {

  void write(String id, Embedding embedding) throws IOException;

  /**
   * Writes down that an input has no vector.
   *
   * @return whether the format can say so; if not, the run must not go on as if nothing had
   *     happened
   */
  boolean reject(String id, String reason, String message) throws IOException;

  /** Completes the file. Without it nothing appears under the file's name. */
  void commit() throws IOException;

  @Override
  void close() throws IOException;
}
