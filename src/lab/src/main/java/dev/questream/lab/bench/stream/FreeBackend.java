package dev.questream.lab.bench.stream;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.TokenizedText;
import dev.questream.provenance.Provenance;
import java.util.Collections;
import java.util.List;

/**
 * A model that costs nothing: whatever the question, the same 768 floats at once. What the stream
 * takes with it, the stream itself costs.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class FreeBackend implements EncoderBackend {
  static final int DIMENSIONS = 768;
  private static final int CHARACTERS_PER_TOKEN = 4;
  private static final int MAX_TOKENS = 512;

  private final float[] vector = new float[DIMENSIONS];

  FreeBackend() {
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) Math.sin(i + 1);
    }
  }

  @Override
  public EncoderInfo info() {
    String none = "0".repeat(64);
    return new EncoderInfo(
        new Provenance(
            new Provenance.Model("free", "", none, none),
            new Provenance.Computation("cls", false, "fp32", "", DIMENSIONS)),
        EncoderRole.UNIVERSAL,
        MAX_TOKENS);
  }

  /** As many ids as a tokenizer might give, each different from those of another text. */
  @Override
  public TokenizedText tokenize(EncoderInput input) {
    int tokens =
        Math.max(2, Math.min(MAX_TOKENS, 2 + input.text().length() / CHARACTERS_PER_TOKEN));
    int[] ids = new int[tokens];
    ids[0] = input.text().hashCode();
    return new TokenizedText(ids, tokens);
  }

  @Override
  public Session openSession() {
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        return Collections.nCopies(tokenIds.size(), vector);
      }

      @Override
      public void close() {
        // nothing is held
      }
    };
  }

  @Override
  public void close() {
    // nothing is held
  }
}
