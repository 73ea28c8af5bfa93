package dev.questream.processor;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards the answer to a question: its embedding, its deletion, or a dead letter.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class Forwarder {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarder.class);

  private final ProcessorContext<byte[], Object> context;
  private final EmbedNodes nodes;
  private final Delivery delivery;
  private final EmbeddingRecords embeddings;
  private final DeadLetters deadLetters;
  private final QuestionDigests digests; // null if there are none
  private final TaskMetrics metrics;

  Forwarder(
      ProcessorContext<byte[], Object> context,
      EmbedNodes nodes,
      Delivery delivery,
      String applicationId,
      EncoderInfo info,
      QuestionDigests digests,
      TaskMetrics metrics) {
    this.context = context;
    this.nodes = nodes;
    this.delivery = delivery;
    this.embeddings = new EmbeddingRecords(info.provenance(), delivery.key());
    this.deadLetters = new DeadLetters(applicationId, info.modelId());
    this.digests = digests;
    this.metrics = metrics;
  }

  /**
   * Forwards the answer to a question that is ready.
   *
   * @throws StreamsException if it has no embedding and is not to blame for that
   */
  void forward(InFlight question) {
    if (question.arrival() instanceof Arrival.Asked asked) {
      embed(question, asked);
    } else if (question.arrival() instanceof Arrival.Deleted deleted) {
      delete(question, deleted);
    } else if (question.arrival() instanceof Arrival.Rejected rejected) {
      reject(question, rejected);
    } else if (question.arrival() instanceof Arrival.Skipped skipped) {
      metrics.skipped(skipped.kind()); // stored when the settings were others
    }
  }

  private void embed(InFlight question, Arrival.Asked asked) {
    Embedding embedding;
    try {
      embedding = question.future().get();
    } catch (ExecutionException | CancellationException e) {
      reject(question, failure(question, e));
      return;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    long nowMs = context.currentSystemTimeMs();
    Record<byte[], Object> record;
    try {
      record =
          delivery.embedding(embeddings.of(question, asked.question(), embedding, nowMs), nowMs);
    } catch (UndeliverableException e) {
      reject(question, e.rejected());
      return;
    }
    metrics.answering(question.trail(embedding), null, record.headers());
    context.forward(record, nodes.embeddings());
    metrics.embedded(question.ageMs(nowMs), embedding.truncated());
  }

  private void delete(InFlight question, Arrival.Deleted deleted) {
    Record<byte[], Object> record;
    try {
      record =
          delivery.embedding(
              embeddings.deletion(question.pending(), deleted.id()), context.currentSystemTimeMs());
    } catch (UndeliverableException e) {
      reject(question, e.rejected());
      return;
    }
    context.forward(record, nodes.embeddings());
    metrics.deleted();
  }

  /** A question's own failure; anything else is thrown, so that the transaction is aborted. */
  private static Arrival.Rejected failure(InFlight question, Exception thrown) {
    if (thrown.getCause() instanceof EncoderException cause && cause.reason().blamesText()) {
      return new Arrival.Rejected(DeadLetterReason.of(cause), cause.getMessage(), cause);
    }
    throw new StreamsException(question.position() + " could not be encoded", thrown);
  }

  /** Sends a record to the dead letters. */
  void reject(InFlight question, Arrival.Rejected why) {
    LOG.warn(
        "{} goes to the dead letters: {}: {}",
        question.position(),
        why.reason().code(),
        why.message());
    Record<byte[], Object> record =
        delivery.deadLetter(
            deadLetters.record(question.pending()),
            deadLetters.reasons(question, why),
            context.currentSystemTimeMs());
    metrics.answering(question.trail(null), why.reason(), record.headers());
    context.forward(record, nodes.deadLetters());
    if (digests != null) {
      digests.forget(question);
    }
    metrics.deadLetter(why.reason());
  }
}
