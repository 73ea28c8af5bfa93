package dev.questream.testing;

import dev.questream.encoder.EncoderBackend;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * A model without weights: a word's vector is random, but always the same, and a text's the sum of
 * its words'. So texts with common words are near each other, in any number of dimensions.
 */
public final class BagOfWords implements EncoderBackend {
  /** A text with this word makes the model fail. */
  public static final String POISON = "poison";

  private final String id;
  private final int dimensions;
  private final boolean fails;
  private final CountDownLatch gate;

  /**
   * @param fails whether {@link #POISON} is any
   * @param gate workers wait before it
   */
  public BagOfWords(String id, int dimensions, boolean fails, CountDownLatch gate) {
    this.id = id;
    this.dimensions = dimensions;
    this.fails = fails;
    this.gate = gate;
  }

  @Override
  public EncoderInfo info() {
    return TestInfo.of(id, dimensions);
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    String[] words = input.text().split(" ", -1);
    int[] ids = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      ids[i] = words[i].hashCode();
    }
    return new TokenizedText(ids, ids.length);
  }

  @Override
  public Session openSession() {
    return new Session() {
      @Override
      public List<float[]> encode(List<int[]> texts) {
        try {
          gate.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        List<float[]> vectors = new ArrayList<>();
        texts.forEach(text -> vectors.add(vector(text)));
        return vectors;
      }

      @Override
      public void close() {
        // holds nothing
      }
    };
  }

  private float[] vector(int[] words) {
    float[] vector = new float[dimensions];
    for (int word : words) {
      if (fails && word == POISON.hashCode()) {
        throw new IllegalArgumentException("a poisonous text");
      }
      Random random = new Random(word * 31L + id.hashCode());
      for (int i = 0; i < dimensions; i++) {
        vector[i] += (float) random.nextGaussian();
      }
    }
    return vector;
  }

  @Override
  public void close() {
    // holds nothing
  }
}
