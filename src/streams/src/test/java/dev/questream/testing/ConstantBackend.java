package dev.questream.testing;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import java.util.List;

/** A model that gives every text the same vector at once. */
public final class ConstantBackend implements EncoderBackend {
  @Override
  public EncoderInfo info() {
    return ManualEncoder.INFO;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    int[] ids = input.text().chars().toArray();
    return new TokenizedText(ids, ids.length);
  }

  @Override
  public Session openSession() {
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> tokenIds) {
        return tokenIds.stream().map(ids -> new float[] {1, 2, 3, 4}).toList();
      }

      @Override
      public void close() {
        // holds nothing
      }
    };
  }

  @Override
  public void close() {
    // holds nothing
  }
}
