package dev.questream.encoder;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Turns texts into embeddings, asynchronously.
 *
 * <p><b>Threading:</b> safe for use by any number of threads. Futures are completed on threads of
 * the encoder, so a dependent action must not block and must not touch Kafka.
 */
public interface QuestionEncoder extends AutoCloseable {

  /** What produces the vectors; the same for every embedding of this encoder. */
  EncoderInfo info();

  /**
   * Hands over a window of texts; returns at once.
   *
   * @param source who asks; sources take turns, so that one with many texts does not hold up the
   *     others
   * @return one future per text, in the order of {@code texts}. A future fails alone, with an
   *     {@link EncoderException}: one bad text never fails its neighbours.
   */
  List<CompletableFuture<Embedding>> submit(String source, List<EncoderInput> texts);

  /** Hands over a window of texts of a caller who is alone. */
  default List<CompletableFuture<Embedding>> submit(List<EncoderInput> texts) {
    return submit("", texts);
  }

  /** Hands over a single text. */
  default CompletableFuture<Embedding> submit(EncoderInput text) {
    return submit(List.of(text)).get(0);
  }

  /**
   * Fails what is still waiting with {@link EncoderException.Reason#CLOSED} and frees the model.
   */
  @Override
  void close();
}
