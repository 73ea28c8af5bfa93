package dev.questream.app.page;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.BatchRun;
import dev.questream.encoder.EncoderTrail;
import dev.questream.processor.Trail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way of a question through the topics and what came of it. All times were measured; none is
 * filled in.
 *
 * @param id of the question
 * @param sentNanos when it was given to the producer, by {@link System#nanoTime}
 * @param producedNanos when the broker had acknowledged it; 0 if that has not been heard of yet
 * @param trail its way through this process; empty if another instance answered it
 * @param committedNanos when a read_committed consumer had the answer
 * @param answer the embedding, or why there is none
 */
public record Journey(
    String id,
    long sentNanos,
    long producedNanos,
    Optional<Trail> trail,
    long committedNanos,
    Answer answer) {

  /** What was committed. */
  public sealed interface Answer {
    /** An embedding. */
    record Embedded(QuestionEmbedding embedding) implements Answer {}

    /** A dead letter. */
    record Rejected(String reason, String message) implements Answer {}
  }

  /**
   * A point on the way.
   *
   * @param name of what was done
   * @param atMs milliseconds since it was sent
   * @param note what happened there
   */
  record Step(String name, double atMs, String note) {}

  /** The points that it passed, in the order in which a question passes them. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    if (producedNanos != 0) {
      steps.add(step("produced", producedNanos, "acknowledged by the broker"));
    }
    trail.ifPresent(way -> addTo(steps, way));
    boolean embedded = answer instanceof Answer.Embedded;
    steps.add(
        step(
            "committed",
            committedNanos,
            embedded ? "seen by a read_committed consumer" : "the dead letter was seen"));
    return steps;
  }

  private void addTo(List<Step> steps, Trail way) {
    steps.add(
        step(
            "read",
            way.readNanos(),
            way.restored()
                ? "found in the pending store after a restart"
                : "from partition %d, offset %d".formatted(way.partition(), way.offset())));
    EncoderTrail encoder = way.encoder();
    if (encoder != null) {
      steps.add(step("queued", encoder.queuedNanos(), "window closed, text tokenized"));
      addTo(steps, encoder);
    }
    steps.add(
        step(
            "forwarded",
            way.answeredNanos(),
            answer instanceof Answer.Embedded
                ? "in its turn, into the transaction"
                : "to the dead letters"));
  }

  private void addTo(List<Step> steps, EncoderTrail encoder) {
    BatchRun run = encoder.run();
    if (run == null) {
      steps.add(step("encoded", encoder.queuedNanos(), "its vector was in the cache"));
      return;
    }
    boolean shared = run.startedNanos() < encoder.queuedNanos();
    steps.add(
        step(
            "batched",
            Math.max(run.startedNanos(), encoder.queuedNanos()),
            shared ? "the same text was in the model already" : "taken by a worker"));
    steps.add(
        step(
            "encoded",
            run.endedNanos(),
            "call %,d: %,d question%s, %,d tokens"
                .formatted(run.number(), run.texts(), run.texts() == 1 ? "" : "s", run.tokens())));
  }

  private Step step(String name, long nanos, String note) {
    return new Step(name, (nanos - sentNanos) / 1e6, note);
  }
}
