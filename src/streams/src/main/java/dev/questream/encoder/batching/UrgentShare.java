package dev.questream.encoder.batching;

/**
 * Which of two lanes goes first: the urgent one, as long as it has had no more than its share of
 * the tokens that were taken while both waited.
 *
 * <p>A counter, not a clock. What the urgent lane takes is a debt while the other waits; what the
 * other takes pays it off, and is saved up only as long as somebody urgent waits for it. So in any
 * stretch of time in which the other lane waits, the urgent one has its share of the tokens, one
 * batch of either more at most.
 *
 * <p><b>Threading:</b> guarded by the encoder's lock.
 */
final class UrgentShare {
  private final double share;
  private double credit; // in tokens of both lanes; negative is debt

  /**
   * @param share more than 0, less than 1
   */
  UrgentShare(double share) {
    this.share = share;
  }

  boolean urgentFirst() {
    return credit >= 0;
  }

  /** Tokens of the other lane that pay the debt off. */
  long owed() {
    return (long) Math.ceil(Math.max(0, -credit) / share);
  }

  /** Urgent texts were taken although others waited. */
  void urgentTaken(long tokens) {
    credit -= (1 - share) * tokens;
  }

  void otherTaken(long tokens) {
    credit += share * tokens;
  }

  /** Nothing urgent waits any more. */
  void urgentGone() {
    credit = Math.min(credit, 0);
  }
}
