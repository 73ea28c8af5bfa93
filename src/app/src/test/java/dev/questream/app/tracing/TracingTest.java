package dev.questream.app.tracing;

import static dev.questream.app.tracing.Collector.hex;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.BatchRun;
import dev.questream.encoder.EncoderTrail;
import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.Trail;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The spans of a question, as a collector gets them. */
@Timeout(60)
class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final long MS = 1_000_000;

  private final long now = System.nanoTime();
  private Collector collector;

  @BeforeEach
  void start() throws Exception {
    collector = new Collector();
  }

  @AfterEach
  void stop() {
    collector.close();
  }

  private Tracing tracing(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("tracing.otlp.endpoint", collector.endpoint());
    return Tracing.open(new QuestreamConfig(settings));
  }

  private Trail trail(String id, boolean restored, EncoderTrail origin) {
    return new Trail(
        id, "questions", 2, 7, restored, now - 50 * MS, now - 40 * MS, now - 5 * MS, origin);
  }

  private EncoderTrail origin() {
    return new EncoderTrail(now - 38 * MS, new BatchRun(9, now - 30 * MS, now - 10 * MS, 3, 77));
  }

  private static Headers headers(String flags) {
    Headers headers = new RecordHeaders();
    headers.add("mine", "stays".getBytes(UTF_8));
    headers.add("traceparent", "00-%s-%s-%s".formatted(TRACE, PARENT, flags).getBytes(UTF_8));
    headers.add("tracestate", "vendor=value".getBytes(UTF_8));
    return headers;
  }

  private static String header(Headers headers, String key) {
    return new String(headers.lastHeader(key).value(), UTF_8);
  }

  private static String attribute(Span span, String key) {
    for (KeyValue pair : span.getAttributesList()) {
      if (pair.getKey().equals(key)) {
        return pair.getValue().hasStringValue()
            ? pair.getValue().getStringValue()
            : pair.getValue().hasIntValue()
                ? Long.toString(pair.getValue().getIntValue())
                : Boolean.toString(pair.getValue().getBoolValue());
      }
    }
    return null;
  }

  @Test
  void shouldContinueTheQuestionsTrace() {
    Headers headers = headers("01");
    Headers second = headers("01");
    try (Tracing tracing = tracing(Map.of("tracing.otlp.headers", "Authorization=Bearer abc"))) {
      tracing.observer().answering(trail("a", false, origin()), null, headers);
      tracing.observer().answering(trail("b", true, origin()), null, second);
    }
    List<Span> processes =
        collector.spans().stream().filter(s -> s.getName().equals("process questions")).toList();
    assertThat(processes).hasSize(2);
    Span process = processes.get(0);
    assertThat(hex(process.getTraceId())).isEqualTo(TRACE);
    assertThat(hex(process.getParentSpanId())).isEqualTo(PARENT);
    assertThat(process.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
    assertThat(attribute(process, "messaging.kafka.offset")).isEqualTo("7");
    assertThat(attribute(process, "messaging.message.id")).isEqualTo("a");
    assertThat(attribute(process, "questream.restored")).isEqualTo("false");
    assertThat(attribute(processes.get(1), "questream.restored")).isEqualTo("true");

    Span send = child(process, "send embeddings");
    assertThat(header(headers, "traceparent"))
        .isEqualTo("00-%s-%s-01".formatted(TRACE, hex(send.getSpanId())));
    assertThat(headers.headers("traceparent")).hasSize(1);
    assertThat(header(headers, "tracestate")).isEqualTo("vendor=value");
    assertThat(header(headers, "mine")).isEqualTo("stays");

    Span pending = child(process, "pending");
    Span encode = child(process, "encode");
    assertThat(pending.getEndTimeUnixNano() - pending.getStartTimeUnixNano()).isEqualTo(10 * MS);
    assertThat(encode.getStartTimeUnixNano()).isEqualTo(pending.getEndTimeUnixNano());
    assertThat(encode.getEndTimeUnixNano() - encode.getStartTimeUnixNano()).isEqualTo(30 * MS);
    assertThat(encode.getEventsList().stream().map(Span.Event::getName))
        .containsExactly("queued", "batched");

    Span batch = collector.span("batch"); // one for both questions
    assertThat(batch.getEndTimeUnixNano() - batch.getStartTimeUnixNano()).isEqualTo(20 * MS);
    assertThat(attribute(batch, "questream.batch.tokens")).isEqualTo("77");
    for (Span each : processes) {
      assertThat(child(each, "encode").getLinksList().stream().map(link -> link.getSpanId()))
          .containsExactly(batch.getSpanId());
    }
    assertThat(collector.authorizations()).isNotEmpty().containsOnly("Bearer abc");
  }

  private Span child(Span parent, String name) {
    return collector.spans().stream()
        .filter(span -> span.getName().equals(name))
        .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldShowADeadLetterAsAnError() {
    try (Tracing tracing = tracing(Map.of())) {
      tracing
          .observer()
          .answering(trail("a", false, null), DeadLetterReason.TEXT_TOO_LONG, headers("01"));
    }
    Span process = collector.span("process questions");
    assertThat(process.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
    assertThat(attribute(process, "error.type")).isEqualTo("text-too-long");
    child(process, "send questions-dlq");
  }

  @Test
  void shouldFollowWhatTheQuestionSaysOfSampling() {
    Headers unsampled = headers("00");
    Headers bare = new RecordHeaders();
    Headers damaged = new RecordHeaders();
    damaged.add("traceparent", "nonsense".getBytes(UTF_8));
    try (Tracing tracing = tracing(Map.of("tracing.sample.ratio", "0"))) {
      for (Headers headers : List.of(unsampled, bare, damaged)) {
        tracing.observer().answering(trail("a", false, origin()), null, headers);
      }
    }
    assertThat(collector.spans()).isEmpty();
    assertThat(header(unsampled, "traceparent")).startsWith("00-" + TRACE).endsWith("-00");
    for (Headers own : List.of(bare, damaged)) { // a new trace; bit 2: its id is random
      assertThat(header(own, "traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]");
    }
  }

  @Test
  void shouldTraceQuestionsWithoutATrace() {
    Headers headers = new RecordHeaders();
    try (Tracing tracing = tracing(Map.of())) {
      tracing.observer().answering(trail("a", false, new EncoderTrail(now, null)), null, headers);
    }
    Span encode = collector.span("encode");
    assertThat(attribute(encode, "questream.cached")).isEqualTo("true");
    assertThat(encode.getLinksList()).isEmpty();
    assertThat(header(headers, "traceparent"))
        .contains(hex(encode.getTraceId()))
        .matches(".*-0[13]");
  }

  @Test
  void shouldGoOnWithoutACollector() {
    collector.close();
    Headers headers = headers("01");
    try (Tracing tracing = tracing(Map.of())) {
      tracing.observer().answering(trail("a", false, origin()), null, headers);
    }
    assertThat(header(headers, "traceparent")).startsWith("00-" + TRACE);
  }

  @Test
  void shouldBeOffUnlessWanted() {
    Tracing off = Tracing.open(new QuestreamConfig(Map.of()));
    assertThat(off).isSameAs(Tracing.OFF);
    assertThat(off.observer()).isSameAs(EmbedObserver.NONE);
    assertThatThrownBy(() -> new QuestreamConfig(Map.of("tracing.otlp.endpoint", "collector:4318")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http://localhost:4318/v1/traces");
    assertThatThrownBy(() -> tracing(Map.of("tracing.otlp.headers", "secret")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("name=value");
  }
}
