package dev.questream.app.runtime;

import dev.questream.app.console.FatalException;
import dev.questream.app.embed.EmbedEndpoints;
import dev.questream.app.http.HttpService;
import dev.questream.app.http.Resource;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.EncoderObserver;
import dev.questream.model.Encoders;
import dev.questream.weights.ModelException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An encoder that answers over HTTP, without Kafka. */
public final class EmbedServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbedServer.class);

  private final Resources opened;
  private final HttpService service;

  private EmbedServer(
      QuestreamConfig config, Function<EncoderObserver, BatchingEncoder> open, Resources opened) {
    this.opened = opened;
    Metrics metrics = opened.add(new Metrics(false), Metrics::close);
    BatchingEncoder encoder = opened.add(open.apply(metrics.encoder()), BatchingEncoder::close);
    LOG.info("Model: {}", encoder.describe());
    metrics.observe(encoder);
    EmbedEndpoints embed = HttpPort.embed(config, encoder, metrics);
    Map<String, Resource> resources = new HashMap<>(embed.resources());
    Resource health = Resource.of(() -> HttpPort.health(encoder.state().healthy(), "serving"));
    resources.put("/health/live", health);
    resources.put("/health/ready", health);
    resources.put("/metrics", HttpPort.metrics(metrics));
    resources.put("/info", HttpPort.document(() -> ApplicationInfo.of(encoder)));
    this.service = opened.add(HttpPort.open(config, resources), HttpService::close);
    opened.add(embed, EmbedEndpoints::close);
    opened.add(new NativeMemory(), NativeMemory::close);
    LOG.info("Vectors, health and metrics on http:/{}", service.address());
  }

  /**
   * Opens the configured model and the port.
   *
   * @throws ModelException if the model cannot be used
   * @throws FatalException if the port cannot be had
   */
  public static EmbedServer start(QuestreamConfig config) {
    return start(config, observer -> Encoders.open(config, observer));
  }

  /**
   * The same with an encoder of the caller's making.
   *
   * @param open makes the encoder; the server closes it
   */
  public static EmbedServer start(
      QuestreamConfig config, Function<EncoderObserver, BatchingEncoder> open) {
    Resources opened = new Resources();
    try {
      return new EmbedServer(config, open, opened);
    } catch (RuntimeException | Error e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  /** Where it serves. */
  public InetSocketAddress address() {
    return service.address();
  }

  /** Stops: refuses what comes, answers what was taken, then closes port and encoder. */
  @Override
  public void close() {
    Thread.interrupted(); // closing must not be cut short by the signal that asks for it
    opened.close();
  }
}
