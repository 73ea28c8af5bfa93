package dev.questream.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.app.tracing.Collector;
import dev.questream.app.tracing.Tracing;
import dev.questream.config.QuestreamConfig;
import dev.questream.testing.ManualEncoder;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/** What a trace becomes when the process that began it dies. */
class TracedProcessorTest extends ProcessorFixture {
  /** The context is kept with the pending question, so the next owner of the task has it. */
  @Test
  void shouldContinueTheTraceOfAQuestionThatOutlivedItsProcess() throws Exception {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    try (Collector collector = new Collector()) {
      ManualEncoder encoder = new ManualEncoder();
      try (Tracing tracing =
          Tracing.open(
              new QuestreamConfig(Map.of("tracing.otlp.endpoint", collector.endpoint())))) {
        EmbedProcessor died = processor(new ManualEncoder(), tracing.observer());
        context.setRecordMetadata("questions", 3, 0);
        byte[] bytes = "q".getBytes(StandardCharsets.UTF_8);
        Headers headers = new RecordHeaders();
        headers.add(
            "traceparent",
            "00-%s-b7ad6b7169203331-01".formatted(trace).getBytes(StandardCharsets.UTF_8));
        died.process(new Record<>(bytes, bytes, 5L, headers));
        processor(encoder, tracing.observer());
        encoder.completeAll();
        fire(context.scheduledPunctuators().get(context.scheduledPunctuators().size() - 1), 5);
      }
      Span send = collector.span("send embeddings");
      assertThat(Collector.hex(send.getTraceId())).isEqualTo(trace);
      Header continued =
          context.forwarded("out").get(0).record().headers().lastHeader("traceparent");
      assertThat(new String(continued.value(), StandardCharsets.UTF_8))
          .isEqualTo("00-%s-%s-01".formatted(trace, Collector.hex(send.getSpanId())));
      assertThat(collector.span("process questions").getAttributesList())
          .anyMatch(
              each -> each.getKey().equals("questream.restored") && each.getValue().getBoolValue());
    }
  }
}
