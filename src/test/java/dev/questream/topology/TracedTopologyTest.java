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
import java.util.HexFormat;
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
    harness.encoder.completeAll();
    harness.advance(10);
    var embeddings = harness.embeddings();
    assertThat(embeddings).hasSize(1);
    return new String(embeddings.get(0).headers().lastHeader("traceparent").value(), UTF_8);
  }

  /** The context is kept with the pending question, so the next owner of the task has it. */
  @Test
  void shouldContinueTheTraceAfterARestart() throws Exception {
    try (Collector collector = new Collector()) {
      QuestreamConfig config =
          new QuestreamConfig(Map.of("tracing.otlp.endpoint", collector.endpoint()));
      try (Tracing tracing = Tracing.open(config);
          TopologyHarness first = new TopologyHarness(folder, Map.of(), tracing.observer())) {
        ask(first);
        assertThat(first.pending()).isEqualTo(1);
      }
      assertThat(collector.spans()).as("not answered").isEmpty();
      String traceparent;
      try (Tracing tracing = Tracing.open(config);
          TopologyHarness second = new TopologyHarness(folder, Map.of(), tracing.observer())) {
        traceparent = answered(second);
      }
      Span process = collector.span("process questions");
      assertThat(HexFormat.of().formatHex(process.getTraceId().toByteArray())).isEqualTo(TRACE);
      assertThat(process.getAttributesList())
          .anyMatch(
              each -> each.getKey().equals("questream.restored") && each.getValue().getBoolValue());
      String send =
          HexFormat.of().formatHex(collector.span("send embeddings").getSpanId().toByteArray());
      assertThat(traceparent).isEqualTo("00-%s-%s-01".formatted(TRACE, send));
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
