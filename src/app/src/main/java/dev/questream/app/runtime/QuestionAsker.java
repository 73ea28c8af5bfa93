package dev.questream.app.runtime;

import dev.questream.app.kafka.EmbeddingReader;
import dev.questream.app.kafka.EmbeddingReader.Answer;
import dev.questream.app.kafka.QuestionProducer;
import dev.questream.app.kafka.ReadFrom;
import dev.questream.app.page.Asking;
import dev.questream.app.page.FollowedQuestions;
import dev.questream.app.page.Journey;
import dev.questream.config.QuestreamConfig;
import dev.questream.serde.DeadLetterHeaders;
import dev.questream.serde.WireException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks questions as any producer does, and reads their answers as any read_committed consumer does.
 * Nothing is opened before the first question, and nothing is read while none is open.
 *
 * <p><b>Threading:</b> safe for any thread; one daemon thread talks to Kafka.
 */
final class QuestionAsker implements Asking, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuestionAsker.class);
  private static final int MAX_OPEN = 8;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(10);

  private final QuestreamConfig config;
  private final FollowedQuestions followed;
  private final Semaphore places = new Semaphore(MAX_OPEN);
  private final LinkedBlockingQueue<Question> waiting = new LinkedBlockingQueue<>();
  private final Map<String, Question> open = new HashMap<>(); // the thread's
  private final Thread thread;
  private boolean started; // guarded by this

  /** A question under way. */
  private static final class Question {
    final String text;
    final CompletableFuture<Journey> journey = new CompletableFuture<>();
    String id;
    long sentNanos;
    volatile long producedNanos;

    Question(String text) {
      this.text = text;
    }
  }

  QuestionAsker(QuestreamConfig config, FollowedQuestions followed) {
    this.config = config;
    this.followed = followed;
    this.thread = new Thread(this::work, "questream-ask");
    thread.setDaemon(true);
  }

  @Override
  public CompletableFuture<Journey> ask(String text) {
    if (!places.tryAcquire()) {
      return CompletableFuture.failedFuture(
          new TooManyException("%d questions wait for their answers already".formatted(MAX_OPEN)));
    }
    Question question = new Question(text);
    CompletableFuture<Journey> answer =
        question.journey.orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    answer.whenComplete((journey, failure) -> places.release());
    synchronized (this) {
      if (!started) {
        started = true;
        thread.start();
      }
    }
    waiting.add(question);
    return answer;
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Question first = waiting.take();
        try {
          serve(first);
        } catch (RuntimeException e) { // whatever it is, the next question begins anew
          if (!Thread.currentThread().isInterrupted()) {
            LOG.warn("Questions of the page could not be asked", e);
          }
          giveUp(first, e);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("Questions of the page are no longer asked", e);
    }
  }

  /** Serves until Kafka fails; what is open is then given up, and the next question begins anew. */
  private void serve(Question first) throws InterruptedException {
    try (EmbeddingReader reader = new EmbeddingReader(config, ReadFrom.END);
        QuestionProducer producer = new QuestionProducer(config)) {
      for (Question next = first; ; next = waiting.take()) {
        reader.skipToEnd();
        send(producer, next);
        while (!open.isEmpty()) {
          for (Question more = waiting.poll(); more != null; more = waiting.poll()) {
            send(producer, more);
          }
          reader.poll(POLL, open::containsKey).forEach(this::answered);
          open.values().removeIf(this::isOver);
        }
      }
    }
  }

  private void send(QuestionProducer producer, Question question) {
    question.id = producer.newId();
    open.put(question.id, question);
    followed.follow(question.id);
    question.sentNanos = System.nanoTime();
    try {
      producer.send(
          question.id,
          question.text,
          metadata -> question.producedNanos = System.nanoTime(),
          question.journey::completeExceptionally);
    } catch (WireException e) { // the question's own fault
      question.journey.completeExceptionally(e);
    }
  }

  private void answered(Answer answer) {
    long now = System.nanoTime();
    Question question = open.remove(answer.id());
    if (question != null) {
      question.journey.complete(
          new Journey(
              question.id,
              question.sentNanos,
              question.producedNanos,
              followed.end(question.id),
              now,
              answer instanceof Answer.Embedded embedded
                  ? new Journey.Answer.Embedded(embedded.embedding())
                  : rejected(answer.source())));
    }
  }

  private static Journey.Answer rejected(ConsumerRecord<byte[], byte[]> deadLetter) {
    return new Journey.Answer.Rejected(
        DeadLetterHeaders.text(deadLetter.headers(), DeadLetterHeaders.REASON),
        DeadLetterHeaders.text(deadLetter.headers(), DeadLetterHeaders.MESSAGE));
  }

  /** Whether it was refused or took too long. */
  private boolean isOver(Question question) {
    if (question.journey.isDone()) {
      followed.end(question.id);
    }
    return question.journey.isDone();
  }

  private void giveUp(Question first, RuntimeException why) {
    first.journey.completeExceptionally(why);
    open.values()
        .forEach(
            question -> {
              question.journey.completeExceptionally(why);
              followed.end(question.id);
            });
    open.clear();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
