package dev.questream.processor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/**
 * How long digests of questions are valid: while this task answers every question by the same model
 * and settings, and takes note of each. Part of every digest, so that none of an earlier generation
 * is equal to one of this.
 *
 * <p>Its mark is kept in the pending store, which a task has whatever the settings. A task that
 * takes no note of questions removes it, in the transaction with the first question or answer; so
 * does one that answers otherwise, such as by another model, and begins a generation of its own.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class Generation {
  private static final int NAME_BYTES = 2 * Long.BYTES;

  private final PendingQuestions pending;
  private final byte[] terms; // null if there are no digests
  private byte[] name;
  private boolean distrusted;
  private boolean begun;

  private Generation(PendingQuestions pending, byte[] terms) {
    this.pending = pending;
    this.terms = terms;
  }

  /** Of a task that takes no note of questions. */
  static Generation none(PendingQuestions pending) {
    return new Generation(pending, null);
  }

  /**
   * Of a task that takes note of every question.
   *
   * @param terms the digest of what decides, beside a question, what its embedding is
   */
  static Generation of(PendingQuestions pending, byte[] terms) {
    return new Generation(pending, terms);
  }

  /** A pending question is not what it was when it was noted. */
  void distrust() {
    distrusted = true;
  }

  /**
   * To be called before each question and each answer: the first has to be of the generation. Not
   * when the task begins, because nothing is written then.
   */
  void begin() {
    if (begun) {
      return;
    }
    begun = true;
    byte[] mark = pending.mark();
    if (terms == null) {
      if (mark != null) {
        pending.mark(null);
      }
    } else if (mark != null
        && !distrusted
        && Arrays.equals(terms, Arrays.copyOfRange(mark, NAME_BYTES, mark.length))) {
      name = Arrays.copyOf(mark, NAME_BYTES);
    } else {
      UUID fresh = UUID.randomUUID();
      name =
          ByteBuffer.allocate(NAME_BYTES)
              .putLong(fresh.getMostSignificantBits())
              .putLong(fresh.getLeastSignificantBits())
              .array();
      pending.mark(ByteBuffer.allocate(NAME_BYTES + terms.length).put(name).put(terms).array());
    }
  }

  /** What no other generation has; it has begun. */
  byte[] name() {
    return name;
  }
}
