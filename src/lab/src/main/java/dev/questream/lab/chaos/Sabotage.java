package dev.questream.lab.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What an application can be made to do wrong, to prove that the guarantees notice. */
public enum Sabotage {
  NONE,
  /** Gives two texts of a batch each other's vector. */
  SWAP_VECTORS,
  /** Some answers never reach their topic. */
  LOSE,
  /** Some answers are written in the place of the next one. */
  REPEAT,
  /** Some answers come after their successors. */
  DELAY,
  /** All of it. */
  ALL;

  /** One record in so many is treated badly. */
  static final int EVERY = 100;

  /** The vectors of a batch as the saboteur gives them. */
  List<float[]> vectors(List<float[]> vectors) {
    if ((this != SWAP_VECTORS && this != ALL) || vectors.size() < 2) {
      return vectors;
    }
    List<float[]> swapped = new ArrayList<>(vectors);
    Collections.swap(swapped, 0, 1);
    return swapped;
  }

  /** Whether the saboteur works on the records that are written. */
  boolean ofRecords() {
    return this != NONE && this != SWAP_VECTORS;
  }
}
