package dev.questream.app.tracing;

import dev.questream.encoder.BatchRun;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A span for each call into the model that a traced question was in, in a trace of its own, so that
 * the questions of many traces can link to it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class BatchSpans {
  static final String NAME = "batch";
  private static final int KEPT = 4_096;

  private final Tracer tracer;
  private final Map<Long, SpanContext> known = // guarded by this
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, SpanContext> eldest) {
          return size() > KEPT;
        }
      };

  BatchSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  /** The span of a call, made when its first question asks. */
  synchronized SpanContext of(BatchRun run, EpochTime time) {
    return known.computeIfAbsent(run.number(), number -> make(run, time));
  }

  private SpanContext make(BatchRun run, EpochTime time) {
    Span span =
        tracer
            .spanBuilder(NAME)
            .setParent(Context.root())
            .setStartTimestamp(time.of(run.startedNanos()), TimeUnit.NANOSECONDS)
            .setAttribute("questream.batch.number", run.number())
            .setAttribute("questream.batch.questions", run.texts())
            .setAttribute("questream.batch.tokens", run.tokens())
            .startSpan();
    span.end(time.of(run.endedNanos()), TimeUnit.NANOSECONDS);
    return span.getSpanContext();
  }
}
