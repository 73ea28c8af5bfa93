package dev.questream.lab.chaos.guarantee;

/** What the vector of a text must be. */
public interface VectorReference {
  boolean matches(String text, float[] vector);
}
