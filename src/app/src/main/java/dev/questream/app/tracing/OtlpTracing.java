package dev.questream.app.tracing;

import dev.questream.app.console.Versions;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigException;

/** Sends spans to a collector, in OTLP over HTTP. */
final class OtlpTracing implements Tracing {
  private static final long CLOSE_SECONDS = 3;

  private final SdkTracerProvider provider;
  private final EmbedObserver observer;

  private OtlpTracing(SdkTracerProvider provider, String deadLettersTopic, String embeddingsTopic) {
    this.provider = provider;
    this.observer =
        new QuestionSpans(provider.get("dev.questream"), embeddingsTopic, deadLettersTopic);
  }

  static OtlpTracing open(QuestreamConfig config) {
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(config.getString(QuestreamConfig.TRACING_ENDPOINT));
    addHeaders(exporter, config.getPassword(QuestreamConfig.TRACING_HEADERS).value());
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(resource(config))
            .setSampler(new QuestionSampler(config.getDouble(QuestreamConfig.TRACING_RATIO)))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter.build()).build())
            .build();
    return new OtlpTracing(
        provider,
        config.getString(QuestreamConfig.DLQ_TOPIC),
        config.getString(QuestreamConfig.EMBEDDINGS_TOPIC));
  }

  private static void addHeaders(OtlpHttpSpanExporterBuilder exporter, String headers) {
    for (String header : headers.isBlank() ? new String[0] : headers.split(",", -1)) {
      int equals = header.indexOf('=');
      if (equals < 1) {
        throw new ConfigException(
            QuestreamConfig.TRACING_HEADERS + " must be name=value, separated by commas");
      }
      exporter.addHeader(header.substring(0, equals).strip(), header.substring(equals + 1).strip());
    }
  }

  private static Resource resource(QuestreamConfig config) {
    return Resource.getDefault()
        .merge(
            Resource.create(
                Attributes.of(
                    AttributeKey.stringKey("service.name"),
                    config.getString(QuestreamConfig.APPLICATION_ID),
                    AttributeKey.stringKey("service.version"),
                    Versions.questream(),
                    AttributeKey.stringKey("service.instance.id"),
                    UUID.randomUUID().toString())));
  }

  @Override
  public EmbedObserver observer() {
    return observer;
  }

  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
