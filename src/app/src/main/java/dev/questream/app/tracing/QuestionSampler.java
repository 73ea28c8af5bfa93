package dev.questream.app.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.List;

/**
 * A question follows what its {@code traceparent} says, or the share of those without one; a batch
 * is asked for only by a question that is traced, so it is traced too.
 */
final class QuestionSampler implements Sampler {
  private final Sampler questions;

  QuestionSampler(double ratio) {
    this.questions = Sampler.parentBased(Sampler.traceIdRatioBased(ratio));
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    return name.equals(BatchSpans.NAME)
        ? SamplingResult.recordAndSample()
        : questions.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  @Override
  public String getDescription() {
    return "Question{" + questions.getDescription() + "}";
  }
}
