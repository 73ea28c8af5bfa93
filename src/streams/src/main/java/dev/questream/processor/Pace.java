package dev.questream.processor;

import java.time.Duration;

/**
 * The pace of a stream thread: how long it waits for records, and when it commits before its
 * interval is over.
 *
 * <p>A reader sees an answer when its transaction is committed, and all tasks of a thread share
 * one. While questions are pending the commit interval decides, since a commit costs several
 * requests. When the last answer of all tasks has left, there is nothing to wait for.
 *
 * <p><b>Threading:</b> belongs to one stream thread.
 */
final class Pace {
  private int pendingTasks;
  private boolean uncommitted;
  private long nextCommitMs = Long.MIN_VALUE;

  /** A task has something pending. */
  void taskBusy() {
    pendingTasks++;
  }

  /** A task has nothing pending any more, because its last answer has left. */
  void taskAnswered() {
    pendingTasks--;
    uncommitted = true;
  }

  /**
   * A task has nothing pending any more, and nobody waits for a commit: it was closed, behind a
   * commit or an abort of the thread's transaction, or there are no transactions.
   */
  void taskGone() {
    pendingTasks--;
    uncommitted &= pendingTasks > 0;
  }

  /** Whether all tasks of the thread have answered, and not asked for a commit since. */
  boolean awaitsCommit() {
    return uncommitted && pendingTasks == 0;
  }

  /**
   * Whether the caller is to ask for the commit; else the last one was less than {@code spacingMs}
   * ago.
   */
  boolean commit(long nowMs, long spacingMs) {
    if (nowMs < nextCommitMs && nowMs >= nextCommitMs - spacingMs) { // a clock may be set back
      return false;
    }
    nextCommitMs = nowMs + spacingMs;
    uncommitted = false;
    return true;
  }

  /** How long to wait for records, when the thread would wait for {@code most}. */
  Duration poll(Duration most, Duration round) {
    return (pendingTasks > 0 || uncommitted) && most.compareTo(round) > 0 ? round : most;
  }
}
