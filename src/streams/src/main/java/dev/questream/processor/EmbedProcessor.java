package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.QuestionDecoder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns questions into embeddings, in batches and asynchronously, without letting go of any.
 *
 * <p>Kafka Streams takes a record as consumed once {@link #process} returns. So a question is first
 * put into the pending store, in the order of arrival, and leaves it in the same transaction that
 * holds its embedding. What is pending when the task moves or the process dies is found in the
 * store by {@link #init} and submitted again.
 *
 * <p>Answers leave in the order in which the questions came: only the head of the queue is ever
 * forwarded.
 *
 * <p>A wall-clock punctuator closes windows by age and harvests finished futures. It is scheduled
 * only while something is pending, because every punctuation makes Kafka Streams commit.
 *
 * <p><b>Threading:</b> the task's stream thread only. The encoder completes futures elsewhere;
 * nothing here runs on its threads.
 */
final class EmbedProcessor implements Processor<byte[], byte[], byte[], Object> {
  private static final Logger LOG = LoggerFactory.getLogger(EmbedProcessor.class);
  private static final long WAIT_MS = 50;
  private static final double RESUME_PRESSURE = 0.9;
  private static final double BLOCK_PRESSURE = 2;

  private final EmbedSettings settings;
  private final EmbedNodes nodes;
  private final Shared shared;
  private final QuestionEncoder encoder;

  private ProcessorContext<byte[], Object> context;
  private TaskMetrics metrics;
  private Answers answers;
  private PendingQuestions pending;
  private Window window;
  private BlockBudget blockBudget;
  private Cancellable punctuation;
  private final Set<TopicPartition> stopped = new HashSet<>(); // nothing is read from them
  private Origin.Place latest;
  private long progressMs;

  /** What all processors of the process share, or those of a thread. */
  record Shared(
      QuestionEncoder encoder,
      QuestionDecoder decoder,
      PendingBudget pendingBudget,
      EmbedClients clients,
      Requirements requirements,
      ThreadLocal<BlockBudget> blockBudgets,
      EmbedObserver observer) {}

  EmbedProcessor(EmbedSettings settings, EmbedNodes nodes, Shared shared) {
    this.settings = settings;
    this.nodes = nodes;
    this.shared = shared;
    this.encoder = shared.encoder();
  }

  @Override
  public void init(ProcessorContext<byte[], Object> newContext) {
    context = newContext;
    shared.requirements().check(context);
    metrics =
        new TaskMetrics(
            context.metrics(), context.taskId().toString(), nodes.processor(), shared.observer());
    answers = new Answers(context, nodes, settings.applicationId(), encoder.info(), metrics);
    pending =
        new PendingQuestions(
            context.getStateStore(nodes.store()),
            shared.pendingBudget(),
            encoder.info().dimensions());
    window = new Window(settings, encoder.info().maxTokens());
    blockBudget = shared.blockBudgets().get();
    punctuation = null;
    latest = null;
    restore();
  }

  /** Takes up what was pending when the task was last closed, on whatever machine. */
  private void restore() {
    pending.restore(
        (key, question) -> {
          Origin origin = PendingRecords.origin(question, key);
          Arrival arrival = Arrival.of(question, origin, shared.decoder());
          enqueue(new Slot(key, origin.offset(), true), question, arrival);
          metrics.restored();
        });
    if (!pending.isEmpty()) {
      LOG.info("Task {}: {} pending questions taken up again", context.taskId(), pending.size());
      submitWindow();
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata metadata =
        context
            .recordMetadata()
            .filter(known -> known.topic() != null && known.offset() >= 0)
            .orElseThrow(EmbedProcessor::withoutOrigin);
    PendingQuestion question = PendingRecords.of(record, metadata);
    Origin origin = Origin.of(metadata, latest);
    latest = new Origin.Place(metadata.topic(), metadata.partition(), origin);
    if (pending.isRestored(metadata.offset(), question)) {
      return;
    }
    Arrival arrival = arrival(question, origin);
    if (arrival instanceof Arrival.Rejected rejected) {
      answers.reject(new InFlight(Slot.none(metadata.offset()), question, arrival, 0), rejected);
      return;
    }
    enqueue(new Slot(pending.store(origin, question), origin.offset(), false), question, arrival);
    awaitCapacity();
  }

  /** Its order, its id and its dead letter all rest on where it was read. */
  private static StreamsException withoutOrigin() {
    return new StreamsException(
        "a question came that was not made of a record of a topic: a processor before this one"
            + " forwards from a punctuator; let it write to a topic, and read the questions there");
  }

  /** An answer is little larger than its question, and must fit into a Kafka record too. */
  private Arrival arrival(PendingQuestion question, Origin origin) {
    int bytes = PendingRecords.bytes(question);
    return bytes <= settings.maxQuestionBytes()
        ? Arrival.of(question, origin, shared.decoder())
        : new Arrival.Rejected(
            DeadLetterReason.TOO_LARGE,
            "the record has %,d bytes, question.max.bytes allows %,d"
                .formatted(bytes, settings.maxQuestionBytes()),
            null);
  }

  private void enqueue(Slot slot, PendingQuestion question, Arrival arrival) {
    InFlight inFlight = pending.enqueue(slot, question, arrival);
    metrics.pending(pending.size());
    stopIntakeIfFull(question);
    if (arrival instanceof Arrival.Asked asked) {
      window.add(inFlight, asked.question().getText(), context.currentSystemTimeMs());
      if (window.full()) {
        submitWindow();
      }
    }
    if (punctuation == null) {
      progressMs = context.currentSystemTimeMs();
      punctuation =
          context.schedule(
              settings.punctuationInterval(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
    }
  }

  private void submitWindow() {
    long ageMs = window.ageMs(context.currentSystemTimeMs());
    List<InFlight> closed = window.close();
    if (closed.isEmpty()) {
      return;
    }
    metrics.windowClosed(closed.size(), ageMs);
    List<EncoderInput> texts = closed.stream().map(EmbedProcessor::input).toList();
    List<CompletableFuture<Embedding>> futures = encoder.submit(context.taskId().toString(), texts);
    for (int i = 0; i < closed.size(); i++) {
      closed.get(i).submitted(futures.get(i));
    }
  }

  private static EncoderInput input(InFlight question) {
    return EncoderInput.question(((Arrival.Asked) question.arrival()).question().getText());
  }

  private void punctuate(long nowMs) {
    blockBudget.renew();
    if (window.due(nowMs)) {
      submitWindow();
    }
    harvest(nowMs);
    if (pending.isEmpty()) {
      punctuation.cancel();
      punctuation = null;
    } else if (nowMs - progressMs > settings.stallLimit().toMillis()) {
      reset(nowMs);
    }
  }

  /** Forwards every answer that is ready, from the head of the queue on, and never out of turn. */
  private void harvest(long nowMs) {
    int before = pending.size();
    while (!pending.isEmpty() && pending.head().ready()) {
      answers.give(pending.head());
      pending.removeHead();
    }
    if (pending.size() < before) {
      progressMs = nowMs;
      metrics.pending(pending.size());
      if (pending.pressure(settings.maxPending()) < RESUME_PRESSURE) {
        resumeIntake();
      }
    }
  }

  /** Gives up on the futures: the task comes back from its changelog and submits anew. */
  private void reset(long nowMs) {
    InFlight head = pending.head();
    LOG.error(
        "{}-{} offset {}: no answer for {} ms; the task is reset from its changelog, {} pending",
        head.pending().getTopic(),
        head.pending().getPartition(),
        head.offset(),
        nowMs - progressMs,
        pending.size());
    throw new TaskCorruptedException(Set.of(context.taskId()));
  }

  /** Reads nothing more from the question's partition until less is pending. */
  private void stopIntakeIfFull(PendingQuestion question) {
    if (pending.pressure(settings.maxPending()) >= 1) {
      TopicPartition partition = new TopicPartition(question.getTopic(), question.getPartition());
      if (stopped.add(partition)) {
        shared.clients().intake().stop(partition, this);
      }
    }
  }

  private void resumeIntake() {
    stopped.forEach(partition -> shared.clients().intake().resume(partition, this));
    stopped.clear();
  }

  /**
   * What was fetched before the partition was stopped still comes. Should it be more than the bound
   * holds once again, or should Kafka Streams run with other clients, the thread has to wait for
   * the head of the queue: up to {@code maxBlock} between two punctuations, however many records
   * and tasks there are, so that it always gets to poll and commit.
   */
  private void awaitCapacity() {
    while (pending.pressure(settings.maxPending()) > BLOCK_PRESSURE
        && blockBudget.usedNanos() < settings.maxBlock().toNanos()) {
      submitWindow();
      long start = System.nanoTime();
      awaitHead();
      blockBudget.use(System.nanoTime() - start);
      harvest(context.currentSystemTimeMs());
    }
  }

  private void awaitHead() {
    if (pending.head().ready()) {
      return;
    }
    try {
      pending
          .head()
          .future()
          .get(Math.min(WAIT_MS, settings.maxBlock().toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException | CancellationException e) {
      LOG.trace("The head of the queue is late, or failed: the harvest sees to it", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Spares the encoder what this task no longer waits for; the next owner submits it again. */
  @Override
  public void close() {
    if (pending != null) {
      resumeIntake();
      pending.close();
      metrics.close();
      pending = null;
    }
  }
}
