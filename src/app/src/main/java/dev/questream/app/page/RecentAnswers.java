package dev.questream.app.page;

import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.Trail;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.header.Headers;

/**
 * Remembers the last few embeddings and dead letters: names and places, never texts, because
 * whoever may look at the page need not be allowed to read the questions. In a busy stream it takes
 * a sample of the embeddings.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class RecentAnswers implements EmbedObserver {
  private static final int KEPT = 8;
  private static final int SHOWN_ID = 80;
  private static final long SAMPLED_NANOS = Duration.ofMillis(50).toNanos();

  private final ArrayDeque<Answer> embeddings = new ArrayDeque<>(); // guarded by this
  private final ArrayDeque<Answer> deadLetters = new ArrayDeque<>(); // guarded by this
  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());

  /**
   * What became of one record.
   *
   * @param id of the question; empty if it has none that can be read
   * @param place where it was read, such as {@code questions 0:17}
   * @param atMs when it was answered, in milliseconds since 1970-01-01 UTC
   * @param tookMs from reading to answering, in milliseconds
   * @param reason why it is a dead letter; empty for an embedding
   */
  record Answer(String id, String place, long atMs, long tookMs, String reason) {}

  /**
   * The newest first.
   *
   * @param embeddings the last, or in a busy stream some of the last
   * @param deadLetters the last
   */
  record Part(List<Answer> embeddings, List<Answer> deadLetters) {}

  synchronized Part latest() {
    return new Part(List.copyOf(embeddings), List.copyOf(deadLetters));
  }

  @Override
  public void answering(Trail trail, DeadLetterReason reason, Headers headers) {
    if (reason != null) {
      keep(deadLetters, answer(trail, reason.code()));
    } else if (isTime()) {
      keep(embeddings, answer(trail, ""));
    }
  }

  private boolean isTime() {
    long now = System.nanoTime();
    long next = nextNanos.get();
    return now - next >= 0 && nextNanos.compareAndSet(next, now + SAMPLED_NANOS);
  }

  private synchronized void keep(ArrayDeque<Answer> answers, Answer answer) {
    answers.addFirst(answer);
    if (answers.size() > KEPT) {
      answers.removeLast();
    }
  }

  private static Answer answer(Trail trail, String reason) {
    return new Answer(
        trail.id().substring(0, Math.min(SHOWN_ID, trail.id().length())),
        "%s %d:%d".formatted(trail.topic(), trail.partition(), trail.offset()),
        System.currentTimeMillis(),
        TimeUnit.NANOSECONDS.toMillis(trail.answeredNanos() - trail.readNanos()),
        reason);
  }
}
