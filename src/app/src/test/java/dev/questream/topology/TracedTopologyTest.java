package dev.questream.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.tracing.Collector;
import dev.questream.app.tracing.Tracing;
import dev.questream.avro.Question;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The trace of a question through the topology. */
@Timeout(60)
class TracedTopologyTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";
  @TempDir Path folder;

  private static void ask(TopologyHarness harness) {
    Headers headers = new RecordHeaders().add("traceparent", PARENT.getBytes(UTF_8));
    byte[] value = harness.avro(new Question("q", "why?", Map.of(), 7L));
    harness.pipe(new TestRecord<>("q".getBytes(UTF_8), value, headers, TopologyHarness.START));
  }

  private static String answered(TopologyHarness harness) {
    harness.advance(20); // closes the window
    harness.encoder.completeAll();
    harness.advance(20);
    var embeddings = harness.embeddings();
    assertThat(embeddings).hasSize(1);
    return new String(embeddings.get(0).headers().lastHeader("traceparent").value(), UTF_8);
  }

  @Test
  void shouldContinueTheTrace() throws Exception {
    try (Collector collector = new Collector()) {
      QuestreamConfig config =
          new QuestreamConfig(Map.of("tracing.otlp.endpoint", collector.endpoint()));
      String traceparent;
      try (Tracing tracing = Tracing.open(config);
          TopologyHarness harness = new TopologyHarness(folder, Map.of(), tracing.observer())) {
        ask(harness);
        traceparent = answered(harness);
      }
      Span send = collector.span("send embeddings");
      assertThat(Collector.hex(send.getTraceId())).isEqualTo(TRACE);
      assertThat(traceparent)
          .isEqualTo("00-%s-%s-01".formatted(TRACE, Collector.hex(send.getSpanId())));
    }
  }

  @Test
  void shouldPassTheHeaderOnAsItIsWithoutTracing() {
    try (TopologyHarness harness = new TopologyHarness(folder, Map.of(), EmbedObserver.NONE)) {
      ask(harness);
      assertThat(answered(harness)).isEqualTo(PARENT);
    }
  }
}
