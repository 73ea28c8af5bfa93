package dev.questream.lab.bench.stream;

import dev.questream.app.kafka.QuestionProducer;
import dev.questream.lab.bench.BenchQuestions;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends questions, at their due times, one at a time, or as fast as they are answered, on a thread
 * of its own.
 *
 * <p>A question's id is its place in the order of sending. So many may be under way at most; a
 * sender that is held up by that goes on with what is overdue at once.
 *
 * <p><b>Threading:</b> {@link #run} belongs to the sending thread; everything else is for any.
 */
final class Sender implements Runnable {
  /** Name of the sending thread. */
  static final String THREAD = "questream-bench-sender";

  /** Questions under way at most; a power of two. */
  static final int CAPACITY = 1 << 18;

  private static final long PAUSE_NANOS = 200_000;
  private static final long LEAST_MOMENT_NANOS = 50_000_000;
  private static final long MOST_MOMENT_NANOS = 150_000_000;

  private final QuestionProducer producer;
  private final BenchQuestions questions;
  private final long first;
  private final AtomicLongArray sentNanos = new AtomicLongArray(CAPACITY);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private volatile RateSchedule schedule;
  private volatile long count;
  private volatile int maxUnderWay = CAPACITY;
  private volatile Random moments; // null unless questions go one at a time
  private volatile Exception failure;

  /**
   * @param first place of the first question to send
   */
  Sender(QuestionProducer producer, BenchQuestions questions, long first) {
    this.producer = producer;
    this.questions = questions;
    this.first = first;
  }

  /** Sends so many questions, each when it is due. */
  void atRate(RateSchedule newSchedule, long newCount) {
    schedule = newSchedule;
    count = newCount;
  }

  /** Sends until {@link #stop}, with so many under way as {@link #allow} says. */
  void withoutEnd(int underWay) {
    count = Long.MAX_VALUE;
    maxUnderWay = underWay;
  }

  /**
   * Sends until {@link #stop}, each 50 to 150 ms after the answer to the one before: at random, so
   * that questions do not keep step with an interval of the stream.
   */
  void oneAtATime() {
    moments = new Random(1);
    withoutEnd(1);
  }

  /** Changes how many may be under way. */
  void allow(int underWay) {
    maxUnderWay = Math.min(CAPACITY, underWay);
  }

  @Override
  public void run() {
    try {
      for (long i = 0; i < count; i++) {
        while (i < count && (underWay() >= maxUnderWay || !due(i))) {
          pause(i);
        }
        letAMomentPass();
        if (i < count) {
          send(i);
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private boolean due(long i) {
    return schedule == null || System.nanoTime() - schedule.dueNanos(i) >= 0;
  }

  private void pause(long i) {
    long left = schedule == null ? PAUSE_NANOS : schedule.dueNanos(i) - System.nanoTime();
    LockSupport.parkNanos(Math.max(1, Math.min(PAUSE_NANOS, left)));
  }

  private void letAMomentPass() {
    if (moments != null) {
      long until = System.nanoTime() + moments.nextLong(LEAST_MOMENT_NANOS, MOST_MOMENT_NANOS);
      for (long left = 1; left > 0 && count > 0; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
  }

  private void send(long i) {
    sentNanos.set((int) (i & (CAPACITY - 1)), System.nanoTime());
    producer.send(
        Long.toString(first + i), questions.text(first + i), refused -> failure = refused);
    sent.incrementAndGet();
  }

  private long underWay() {
    return sent.get() - answered.get();
  }

  /** Notes that so many more have been answered. */
  void answered(int more) {
    answered.addAndGet(more);
  }

  /** When a question was sent; kept until {@link #CAPACITY} more have been. */
  long sentNanos(long place) {
    return sentNanos.get((int) ((place - first) & (CAPACITY - 1)));
  }

  /** Sends no more. */
  void stop() {
    count = 0;
  }

  long sent() {
    return sent.get();
  }

  /** What the producer or the broker refused, or null. */
  Exception failure() {
    return failure;
  }
}
