package dev.questream.lab.chaos;

import dev.questream.lab.chaos.guarantee.VectorReference;
import java.util.Arrays;
import java.util.Optional;

/** The stand-in encoder's function from a text to token ids, and from token ids to a vector. */
final class StandInVectors implements VectorReference {
  static final int DIMENSIONS = 8;
  static final int MAX_TOKENS = 256;
  private static final int BEGIN = 1;
  private static final int END = 2;
  private static final int FIRST_MARK = 10;
  private static final int FIRST_WORD = 1000;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /** One token a word, a mark's word among them. */
  static int[] tokenIds(String text) {
    String[] words = text.split(" ", -1);
    int[] ids = new int[words.length + 2];
    ids[0] = BEGIN;
    for (int i = 0; i < words.length; i++) {
      ids[i + 1] = tokenId(words[i]);
    }
    ids[ids.length - 1] = END;
    return ids;
  }

  private static int tokenId(String word) {
    Optional<Mark> mark = word.startsWith("#") ? Mark.of(word) : Optional.empty();
    return mark.isPresent()
        ? FIRST_MARK + mark.get().ordinal()
        : FIRST_WORD + Math.floorMod(word.hashCode(), Integer.MAX_VALUE - FIRST_WORD);
  }

  /** The mark among a text's tokens. */
  static Optional<Mark> mark(int[] tokenIds) {
    for (int id : tokenIds) {
      if (id >= FIRST_MARK && id < FIRST_MARK + Mark.values().length) {
        return Optional.of(Mark.values()[id - FIRST_MARK]);
      }
    }
    return Optional.empty();
  }

  /** 64 bits that stand for a text. */
  static long hash(int[] tokenIds) {
    long hash = MIX;
    for (int id : tokenIds) {
      hash = mix(hash ^ id);
    }
    return hash;
  }

  /** Eight numbers from -1 to 1 that no other text of a run shares. */
  static float[] vector(int[] tokenIds) {
    long state = hash(tokenIds);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      state = mix(state + MIX);
      vector[i] = (state >> 40) / (float) (1 << 23);
    }
    return vector;
  }

  /** The finalizer of SplittableRandom's generator (Steele, Lea and Flood 2014). */
  static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public boolean matches(String text, float[] vector) {
    return Arrays.equals(vector, vector(tokenIds(text)));
  }
}
