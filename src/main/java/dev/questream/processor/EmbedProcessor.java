package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.serde.QuestionDecoder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns questions into embeddings, in batches and asynchronously, without letting go of any.
 *
 * <p>Kafka Streams takes a record as consumed once {@link #process} returns. So a question is first
 * put into the pending store, keyed by its offset, and leaves it in the same transaction that holds
 * its embedding. What is pending when the task moves or the process dies is found in the store by
 * {@link #init} and submitted again.
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

  private final EmbedSettings settings;
  private final Nodes nodes;
  private final QuestionEncoder encoder;
  private final QuestionDecoder decoder;
  private final EmbeddingRecords embeddings;
  private final DeadLetters deadLetters;

  private ProcessorContext<byte[], Object> context;
  private KeyValueStore<Long, PendingQuestion> store;
  private ArrayDeque<InFlight> queue;
  private Window window;
  private Cancellable punctuation;
  private long blockedNanos;

  /** Names of the store and of the child nodes. */
  record Nodes(String store, String embeddings, String deadLetters) {}

  EmbedProcessor(
      EmbedSettings settings, Nodes nodes, QuestionEncoder encoder, QuestionDecoder decoder) {
    this.settings = settings;
    this.nodes = nodes;
    this.encoder = encoder;
    this.decoder = decoder;
    this.embeddings = new EmbeddingRecords(encoder.info());
    this.deadLetters = new DeadLetters(settings.applicationId(), encoder.info().modelId());
  }

  @Override
  public void init(ProcessorContext<byte[], Object> newContext) {
    context = newContext;
    store = context.getStateStore(nodes.store());
    queue = new ArrayDeque<>();
    window = new Window(settings, encoder.info().maxTokens());
    punctuation = null;
    blockedNanos = 0;
    restore();
  }

  /** Takes up what was pending when the task was last closed, on whatever machine. */
  private void restore() {
    try (KeyValueIterator<Long, PendingQuestion> pending = store.all()) {
      while (pending.hasNext()) {
        KeyValue<Long, PendingQuestion> entry = pending.next();
        enqueue(new InFlight(entry.key, entry.value, Arrival.of(entry.value, entry.key, decoder)));
      }
    }
    if (!queue.isEmpty()) {
      LOG.info("Task {}: {} pending questions taken up again", context.taskId(), queue.size());
      submitWindow();
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    RecordMetadata metadata =
        context.recordMetadata().orElseThrow(() -> new StreamsException("a record without origin"));
    PendingQuestion pending = PendingRecords.of(record, metadata);
    Arrival arrival = arrival(pending, metadata.offset());
    if (arrival instanceof Arrival.Rejected rejected) {
      deadLetter(pending, metadata.offset(), rejected);
      return;
    }
    store.put(metadata.offset(), pending);
    enqueue(new InFlight(metadata.offset(), pending, arrival));
    awaitCapacity();
  }

  /** An answer is little larger than its question, and must fit into a Kafka record too. */
  private Arrival arrival(PendingQuestion pending, long offset) {
    int bytes = PendingRecords.bytes(pending);
    return bytes <= settings.maxQuestionBytes()
        ? Arrival.of(pending, offset, decoder)
        : new Arrival.Rejected(
            DeadLetterReason.TOO_LARGE,
            "the record has %,d bytes, question.max.bytes allows %,d"
                .formatted(bytes, settings.maxQuestionBytes()),
            null);
  }

  /** Spares the encoder what this task no longer waits for; the next owner submits it again. */
  @Override
  public void close() {
    for (InFlight question : queue) {
      if (question.future() != null) {
        question.future().cancel(false);
      }
    }
  }

  private void enqueue(InFlight question) {
    queue.addLast(question);
    if (question.arrival() instanceof Arrival.Asked asked) {
      window.add(question, asked.question().getText(), context.currentSystemTimeMs());
      if (window.full()) {
        submitWindow();
      }
    }
    if (punctuation == null) {
      punctuation =
          context.schedule(
              settings.punctuationInterval(), PunctuationType.WALL_CLOCK_TIME, this::punctuate);
    }
  }

  private void submitWindow() {
    List<InFlight> closed = window.close();
    if (closed.isEmpty()) {
      return;
    }
    List<CompletableFuture<Embedding>> futures =
        encoder.submit(closed.stream().map(EmbedProcessor::input).toList());
    for (int i = 0; i < closed.size(); i++) {
      closed.get(i).submitted(futures.get(i));
    }
  }

  private static EncoderInput input(InFlight question) {
    return EncoderInput.question(((Arrival.Asked) question.arrival()).question().getText());
  }

  private void punctuate(long nowMs) {
    blockedNanos = 0;
    if (window.due(nowMs)) {
      submitWindow();
    }
    harvest();
    if (queue.isEmpty()) {
      punctuation.cancel();
      punctuation = null;
    }
  }

  /** Forwards every answer that is ready, from the head of the queue on, and never out of turn. */
  private void harvest() {
    while (!queue.isEmpty() && queue.peekFirst().ready()) {
      InFlight head = queue.removeFirst();
      answer(head);
      store.delete(head.offset());
    }
  }

  private void answer(InFlight head) {
    if (head.arrival() instanceof Arrival.Asked asked) {
      answer(head, asked);
    } else if (head.arrival() instanceof Arrival.Deleted deleted) {
      context.forward(embeddings.deletion(head.pending(), deleted.id()), nodes.embeddings());
    } else if (head.arrival() instanceof Arrival.Rejected rejected) {
      deadLetter(head.pending(), head.offset(), rejected);
    }
  }

  private void answer(InFlight head, Arrival.Asked asked) {
    Embedding embedding;
    try {
      embedding = head.future().get();
    } catch (ExecutionException | CancellationException e) {
      deadLetter(head.pending(), head.offset(), failure(head, e));
      return;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
    context.forward(
        embeddings.of(
            head.pending(),
            head.offset(),
            asked.question(),
            embedding,
            context.currentSystemTimeMs()),
        nodes.embeddings());
  }

  /** A question's own failure; anything else is thrown, so that the transaction is aborted. */
  private Arrival.Rejected failure(InFlight head, Exception thrown) {
    if (thrown.getCause() instanceof EncoderException cause && cause.reason().blamesText()) {
      return new Arrival.Rejected(DeadLetterReason.of(cause), cause.getMessage(), cause);
    }
    throw new StreamsException(
        "%s-%d offset %d could not be encoded"
            .formatted(head.pending().getTopic(), head.pending().getPartition(), head.offset()),
        thrown);
  }

  private void deadLetter(PendingQuestion pending, long offset, Arrival.Rejected why) {
    LOG.warn(
        "{}-{} offset {} goes to the dead letters: {}: {}",
        pending.getTopic(),
        pending.getPartition(),
        offset,
        why.reason().code(),
        why.message());
    context.forward(deadLetters.of(pending, offset, why), nodes.deadLetters());
  }

  /**
   * When too much is pending, waits for the head of the queue: up to {@code maxBlock} between two
   * punctuations, however many records come, so that the thread always gets to poll and commit.
   */
  private void awaitCapacity() {
    if (queue.size() <= settings.maxPending()) {
      return;
    }
    submitWindow();
    harvest();
    long maxBlockNanos = settings.maxBlock().toNanos();
    while (queue.size() > settings.maxPending() && blockedNanos < maxBlockNanos) {
      long start = System.nanoTime();
      awaitHead(Math.min(WAIT_MS, Duration.ofNanos(maxBlockNanos - blockedNanos).toMillis() + 1));
      blockedNanos += System.nanoTime() - start;
      harvest();
    }
  }

  private void awaitHead(long millis) {
    try {
      queue.peekFirst().future().get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException | CancellationException e) {
      LOG.trace("The head of the queue is late, or failed: the harvest sees to it", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
