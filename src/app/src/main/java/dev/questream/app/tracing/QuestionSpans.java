package dev.questream.app.tracing;

import dev.questream.encoder.EncoderTrail;
import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.Trail;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the spans of a question when its answer is made: {@code process} from being read to being
 * answered, in it {@code pending}, {@code encode} and {@code send}. They continue the trace of the
 * question's {@code traceparent} header (W3C Trace Context), and the answer's continues {@code
 * send}. Since headers are kept with the pending question, this holds across a crash too.
 *
 * <p>Names and attributes follow OpenTelemetry's conventions for messaging.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class QuestionSpans implements EmbedObserver {
  private static final Logger LOG = LoggerFactory.getLogger(QuestionSpans.class);
  private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();

  private final Tracer tracer;
  private final BatchSpans batches;
  private final String embeddingsTopic;
  private final String deadLettersTopic;
  private final AtomicBoolean failed = new AtomicBoolean();

  QuestionSpans(Tracer tracer, String embeddingsTopic, String deadLettersTopic) {
    this.tracer = tracer;
    this.batches = new BatchSpans(tracer);
    this.embeddingsTopic = embeddingsTopic;
    this.deadLettersTopic = deadLettersTopic;
  }

  /** A trace is not worth a question. */
  @Override
  public void answering(Trail trail, DeadLetterReason reason, Headers headers) {
    try {
      trace(trail, reason, headers);
    } catch (RuntimeException e) {
      if (!failed.getAndSet(true)) {
        LOG.warn("A question could not be traced; further ones are not reported", e);
      }
    }
  }

  private void trace(Trail trail, DeadLetterReason reason, Headers headers) {
    EpochTime time = EpochTime.now();
    Context parent = W3C.extract(Context.root(), headers, RecordHeaders.ACCESS);
    Span process =
        start(parent, "process " + trail.topic(), SpanKind.CONSUMER, time, trail.readNanos());
    Context inProcess = parent.with(process);
    if (process.isRecording()) {
      describe(process, trail, reason);
      encoding(inProcess, trail, time);
    }
    String target = reason == null ? embeddingsTopic : deadLettersTopic;
    Span send = start(inProcess, "send " + target, SpanKind.PRODUCER, time, trail.answeredNanos());
    send.setAttribute("messaging.system", "kafka");
    send.setAttribute("messaging.operation.type", "send");
    send.setAttribute("messaging.destination.name", target);
    W3C.inject(inProcess.with(send), headers, RecordHeaders.ACCESS);
    long end = time.of(System.nanoTime());
    send.end(end, TimeUnit.NANOSECONDS);
    process.end(end, TimeUnit.NANOSECONDS);
  }

  private static void describe(Span span, Trail trail, DeadLetterReason reason) {
    span.setAttribute("messaging.system", "kafka");
    span.setAttribute("messaging.operation.type", "process");
    span.setAttribute("messaging.destination.name", trail.topic());
    span.setAttribute("messaging.destination.partition.id", Integer.toString(trail.partition()));
    span.setAttribute("messaging.kafka.offset", trail.offset());
    span.setAttribute("messaging.message.id", trail.id());
    span.setAttribute("questream.restored", trail.restored());
    if (reason != null) {
      span.setAttribute("error.type", reason.code());
      span.setStatus(StatusCode.ERROR, reason.code());
    }
  }

  private void encoding(Context parent, Trail trail, EpochTime time) {
    if (trail.submittedNanos() == 0) { // it never came so far
      return;
    }
    start(parent, "pending", SpanKind.INTERNAL, time, trail.readNanos())
        .end(time.of(trail.submittedNanos()), TimeUnit.NANOSECONDS);
    EncoderTrail encoder = trail.encoder();
    SpanBuilder encode = builder(parent, "encode", SpanKind.INTERNAL, time, trail.submittedNanos());
    if (encoder == null) { // it failed
      encode.startSpan().end(time.of(trail.answeredNanos()), TimeUnit.NANOSECONDS);
      return;
    }
    encode.setAttribute("questream.cached", encoder.run() == null);
    if (encoder.run() != null) {
      encode.addLink(batches.of(encoder.run(), time));
      encode.setAttribute("questream.batch.questions", encoder.run().texts());
      encode.setAttribute("questream.batch.tokens", encoder.run().tokens());
    }
    Span span = encode.startSpan();
    span.addEvent("queued", time.of(encoder.queuedNanos()), TimeUnit.NANOSECONDS);
    long end = encoder.queuedNanos();
    if (encoder.run() != null) {
      span.addEvent("batched", time.of(encoder.run().startedNanos()), TimeUnit.NANOSECONDS);
      end = encoder.run().endedNanos();
    }
    span.end(time.of(end), TimeUnit.NANOSECONDS);
  }

  private Span start(Context parent, String name, SpanKind kind, EpochTime time, long nanos) {
    return builder(parent, name, kind, time, nanos).startSpan();
  }

  private SpanBuilder builder(
      Context parent, String name, SpanKind kind, EpochTime time, long nanos) {
    return tracer
        .spanBuilder(name)
        .setParent(parent)
        .setSpanKind(kind)
        .setStartTimestamp(time.of(nanos), TimeUnit.NANOSECONDS);
  }
}
