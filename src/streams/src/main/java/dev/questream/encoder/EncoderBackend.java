package dev.questream.encoder;

import dev.questream.encoder.batching.BatchingEncoder;
import java.util.List;

/**
 * A loaded model, as the {@link BatchingEncoder} uses it: a tokenizer and sessions that run
 * batches.
 *
 * <p><b>Threading:</b> {@link #tokenize} is safe for any thread. A {@link Session} belongs to the
 * one thread that opened it.
 */
public interface EncoderBackend extends AutoCloseable {

  EncoderInfo info();

  /**
   * The token ids of a text, special tokens and prefix included, cut to {@link
   * EncoderInfo#maxTokens()}.
   *
   * @throws EncoderException if the text cannot be tokenized
   */
  TokenizedText tokenize(EncoderInput input);

  /** What the model runs on. */
  default Hardware hardware() {
    return Hardware.cpu(info().precision());
  }

  /** A place to run batches in; one per worker thread. */
  Session openSession();

  @Override
  void close();

  /** Runs batches on one thread. */
  interface Session extends AutoCloseable {
    /**
     * Encodes a batch.
     *
     * @param tokenIds token ids per text, each of length 1 to {@link EncoderInfo#maxTokens()}, in
     *     any order
     * @return one vector per text, in the same order
     */
    List<float[]> encode(List<int[]> tokenIds);

    /** Whether this session, if it is idle, is the best one for a text that comes alone. */
    default boolean prefersSingles() {
      return false;
    }

    @Override
    void close();
  }
}
