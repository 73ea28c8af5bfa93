package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.EncoderInfo;
import dev.questream.serde.QuestionDecoder;
import java.util.Set;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task of the embed processor, from init to close.
 *
 * <p>Kafka Streams takes a record as consumed once {@link #process} returns. So a question is first
 * put into the pending store, in the order of arrival, and leaves it in the same transaction that
 * holds its embedding. {@link #restore} finds in the store what is pending when the task moves or
 * the process dies.
 *
 * <p>Answers leave in the order in which the questions came: only the head of the queue is ever
 * forwarded.
 *
 * <p>A question that finds nothing pending goes to the encoder at once; those behind it gather in a
 * window. The {@link Rounds} close windows by age and harvest finished futures.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class EmbedTask {
  private static final Logger LOG = LoggerFactory.getLogger(EmbedTask.class);

  private final EmbedSettings settings;
  private final QuestionDecoder decoder;
  private final ProcessorContext<byte[], Object> context;
  private final TaskMetrics metrics;
  private final Delivery delivery;
  private final Forwarder forwarder;
  private final PendingQuestions pending;
  private final Generation generation;
  private final QuestionDigests digests; // null unless unchanged questions are skipped
  private final IdPartitions idPartitions;
  private final EventDeletions eventDeletions = new EventDeletions();
  private final Submitter submitter;
  private final BackPressure backPressure;
  private final Rounds rounds;
  private SourcePosition latest;
  private long progressMs;

  EmbedTask(
      EmbedSettings settings,
      EmbedNodes nodes,
      EmbedProcessor.Shared shared,
      ProcessorContext<byte[], Object> context) {
    this.settings = settings;
    this.decoder = shared.decoder();
    this.context = context;
    this.delivery = shared.delivery();
    String task = context.taskId().toString();
    EncoderInfo info = shared.encoder().info();
    metrics = new TaskMetrics(context.metrics(), task, nodes.processor(), shared.observer());
    pending =
        new PendingQuestions(
            context.getStateStore(nodes.store()), shared.pendingBudget(), info.dimensions());
    generation =
        settings.skipUnchanged()
            ? Generation.of(pending, terms(info, shared.formats(), delivery.target()))
            : Generation.none(pending);
    digests =
        settings.skipUnchanged()
            ? new QuestionDigests(
                context.getStateStore(nodes.digests()), delivery.key(), generation)
            : null;
    forwarder =
        new Forwarder(context, nodes, delivery, settings.applicationId(), info, digests, metrics);
    idPartitions = shared.idPartitions();
    submitter = new Submitter(shared.encoder(), task, settings.window(), metrics);
    backPressure =
        new BackPressure(settings.pending(), pending, shared.intake(), shared.blockBudgets().get());
    rounds =
        new Rounds(
            context,
            settings.punctuationInterval(),
            settings.exactlyOnce(),
            shared.intake().pace(),
            this::punctuate);
  }

  /** What decides, beside a question, what its embedding is: all that the model says of itself. */
  private static byte[] terms(EncoderInfo info, String formats, String target) {
    return new TextDigest().add(info.toString()).add(formats).add(target).end();
  }

  /** Takes up what was pending when the task was last closed, on whatever machine. */
  void restore() {
    pending.restore(
        (position, stored) ->
            new InFlight(position, stored, Arrival.of(stored, position, decoder), true),
        question -> {
          if (!isPending(question.arrival())) {
            generation.distrust();
          }
          eventDeletions.repeats(question.arrival());
          takeUp(question);
          metrics.restored();
        });
    if (!pending.isEmpty()) {
      LOG.info("Task {}: {} pending questions taken up again", context.taskId(), pending.size());
      submitter.submit(nowMs());
    }
  }

  /** What only such an arrival is, when it comes. */
  private static boolean isPending(Arrival arrival) {
    return arrival instanceof Arrival.Asked || arrival instanceof Arrival.Deleted;
  }

  /** Stores and submits a question, or rejects or skips it at once. */
  void process(Record<byte[], byte[]> record) {
    withAllTasks(() -> accept(record));
  }

  private void accept(Record<byte[], byte[]> record) {
    generation.begin();
    SourcePosition position = nextPosition();
    PendingQuestion content = PendingRecords.of(record, position);
    if (pending.isRestored(position, content)) {
      return;
    }
    InFlight question = new InFlight(position, content, read(content, position), false);
    if (question.arrival() instanceof Arrival.Rejected rejected) {
      forwarder.reject(question, rejected);
      return;
    }
    if (question.arrival() instanceof Arrival.Skipped skipped) {
      metrics.skipped(skipped.kind());
      return;
    }
    if (eventDeletions.repeats(question.arrival())) {
      metrics.skipped("tombstone");
      return;
    }
    boolean moved = idPartitions.moved(question.arrival().id(), position);
    if (moved) {
      metrics.idMoved();
    }
    if (digests != null && digests.repeats(question) && !moved) {
      metrics.skipped("unchanged");
      return;
    }
    pending.add(question);
    takeUp(question);
    awaitCapacity();
  }

  /** A question's order, its id and its dead letter all rest on where it was read. */
  private SourcePosition nextPosition() {
    RecordMetadata metadata =
        context
            .recordMetadata()
            .filter(known -> known.topic() != null && known.offset() >= 0)
            .orElseThrow(
                () ->
                    new StreamsException(
                        "a question came that was not made of a record of a topic: a processor"
                            + " before this one forwards from a punctuator; let it write to a"
                            + " topic, and read the questions there"));
    latest = SourcePosition.of(metadata, latest);
    return latest;
  }

  /** What cannot be kept in the pending store is not even read. */
  private Arrival read(PendingQuestion content, SourcePosition position) {
    int bytes = PendingRecords.bytes(content);
    if (bytes > settings.maxQuestionBytes()) {
      return tooLarge(
          "the record has %,d bytes, question.max.bytes allows %,d"
              .formatted(bytes, settings.maxQuestionBytes()));
    }
    if (PendingRecords.atMost(bytes) > delivery.pendingLimit()) {
      return tooLarge(
          "the record may have %,d bytes in the changelog of pending questions, which takes %,d"
              .formatted(PendingRecords.atMost(bytes), delivery.pendingLimit()));
    }
    return Arrival.of(content, position, decoder);
  }

  private static Arrival tooLarge(String message) {
    return new Arrival.Rejected(DeadLetterReason.TOO_LARGE, message, null);
  }

  /** Sees to a question that has just been added to the pending ones. */
  private void takeUp(InFlight question) {
    metrics.pending(pending.size());
    backPressure.stopIfFull(question.position().topicPartition());
    if (question.arrival() instanceof Arrival.Asked asked) {
      submitter.add(question, asked, nowMs());
    }
    if (pending.size() == 1) {
      progressMs = nowMs();
      submitter.submit(progressMs);
    }
    rounds.go();
  }

  private void awaitCapacity() {
    while (backPressure.mustWait()) {
      submitter.submit(nowMs());
      backPressure.awaitHead();
      harvest(nowMs());
    }
  }

  private void punctuate(long nowMs) {
    backPressure.renew();
    submitter.submitIfDue(nowMs);
    withAllTasks(() -> harvest(nowMs));
    if (pending.isEmpty()) {
      rounds.rest(nowMs);
    } else if (nowMs - progressMs > settings.stallLimit().toMillis()) {
      reset(nowMs);
    }
  }

  /**
   * Ends the thread where Kafka Streams would bring back this task alone, because a record of it
   * could not be sent. The transaction is lost then, with what the thread's other tasks have sent
   * in it, and they would go on behind it.
   */
  private static void withAllTasks(Runnable sending) {
    try {
      sending.run();
    } catch (TaskCorruptedException e) {
      throw new StreamsException("a record could not be sent in time; all tasks begin anew", e);
    }
  }

  /** Forwards every answer that is ready, from the head of the queue on, and never out of turn. */
  private void harvest(long nowMs) {
    int before = pending.size();
    while (!pending.isEmpty() && pending.head().ready()) {
      generation.begin();
      forwarder.forward(pending.head());
      pending.removeHead();
    }
    if (pending.size() < before) {
      progressMs = nowMs;
      metrics.pending(pending.size());
      backPressure.resumeIfRelieved();
    }
  }

  /** Gives up on the futures: the task comes back from its changelog and submits anew. */
  private void reset(long nowMs) {
    LOG.error(
        "{}: no answer for {} ms; the task is reset from its changelog, {} pending",
        pending.head().position(),
        nowMs - progressMs,
        pending.size());
    throw new TaskCorruptedException(Set.of(context.taskId()));
  }

  private long nowMs() {
    return context.currentSystemTimeMs();
  }

  /** Spares the encoder what this task no longer waits for; the next owner submits it again. */
  void close() {
    rounds.close();
    backPressure.resume();
    pending.close();
    metrics.close();
  }
}
