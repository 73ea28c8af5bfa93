package dev.questream.checkpoint;

import java.util.List;

/** How the place of a token in its text comes into its state. */
public sealed interface Positions {

  /** A row of a table is added to the word's, by the index in the text. */
  record Indexed() implements Positions {}

  /**
   * The same, but a table whose rows up to that of the padding token are not for texts. A padding
   * token inside a text takes the padding's row and is not counted.
   *
   * @param padding id of the padding token, and its row
   */
  record BehindPadding(int padding) implements Positions {}

  /**
   * {@link BehindPadding}, and attention adds to the score of two tokens what their distance is
   * worth.
   */
  record WithDistances(int padding) implements Positions {}

  /**
   * Queries and keys are turned by angles that grow with the position (RoPE), in halves.
   *
   * @param theta base of the angles
   * @param localTheta base of the angles in local layers
   * @param reach how far a token of a local layer sees to each side
   * @param local whether each layer is a local one
   */
  record Rotary(double theta, double localTheta, int reach, List<Boolean> local)
      implements Positions {
    public Rotary {
      local = List.copyOf(local);
    }
  }
}
