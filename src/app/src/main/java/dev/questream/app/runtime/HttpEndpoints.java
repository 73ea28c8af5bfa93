package dev.questream.app.runtime;

import dev.questream.app.console.FatalException;
import dev.questream.app.embed.EmbedEndpoints;
import dev.questream.app.http.HttpService;
import dev.questream.app.http.Resource;
import dev.questream.app.page.Asking;
import dev.questream.app.page.Figures;
import dev.questream.app.page.FollowedQuestions;
import dev.questream.app.page.LivePage;
import dev.questream.app.page.Neighbours;
import dev.questream.app.page.RecentAnswers;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator asks a running instance: the live page, {@code /health/live}, {@code
 * /health/ready}, {@code /metrics} in Prometheus' text format and {@code /info}. Nothing of it runs
 * without {@code http.port}.
 *
 * <p><b>Threading:</b> answers on threads of the server.
 */
final class HttpEndpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoints.class);

  private final QuestreamConfig config;
  private final boolean enabled;
  private final Resources opened = new Resources();
  private final Figures figures = opened.add(new Figures(), Figures::close);
  private final RecentAnswers recent = new RecentAnswers();
  private final FollowedQuestions followed = new FollowedQuestions();
  private Optional<EmbedEndpoints> embed = Optional.empty();
  private HttpService service;

  HttpEndpoints(QuestreamConfig config) {
    this.config = config;
    this.enabled = config.getInt(QuestreamConfig.HTTP_PORT) >= 0;
  }

  /** What has to hear of questions for the page. */
  EmbedObserver observer() {
    return enabled ? EmbedObserver.all(figures, recent, followed) : EmbedObserver.NONE;
  }

  /**
   * Opens the port that the settings name, if they name one.
   *
   * @throws FatalException if it cannot be had
   */
  void open(InstanceStatus instance, Metrics metrics, Neighbours neighbours) {
    if (!enabled) {
      return;
    }
    Optional<Asking> asker =
        config.getBoolean(QuestreamConfig.HTTP_ASK_ENABLED)
            ? Optional.of(opened.add(new QuestionAsker(config, followed), QuestionAsker::close))
            : Optional.empty();
    ApplicationInfo info = new ApplicationInfo(config, instance);
    Map<String, Resource> resources = new HashMap<>(operators(instance, metrics, info));
    resources.putAll(new LivePage(figures, recent, info::full, asker, neighbours).resources());
    if (config.getBoolean(QuestreamConfig.HTTP_EMBED_ENABLED)) {
      embed = Optional.of(HttpPort.embed(config, instance.encoder(), metrics));
      resources.putAll(embed.get().resources());
    }
    service = opened.add(HttpPort.open(config, resources), HttpService::close);
    figures.start(new FigureSource(instance));
    LOG.info("Live page, health and metrics on http:/{}", service.address());
  }

  private static Map<String, Resource> operators(
      InstanceStatus instance, Metrics metrics, ApplicationInfo info) {
    return Map.of(
        "/health/live",
        Resource.of(() -> HttpPort.health(instance.isLive(), instance.state().toString())),
        "/health/ready",
        Resource.of(() -> HttpPort.health(instance.isReady(), instance.state().toString())),
        "/metrics",
        HttpPort.metrics(metrics),
        "/info",
        HttpPort.document(info::full));
  }

  Optional<InetSocketAddress> address() {
    return Optional.ofNullable(service).map(HttpService::address);
  }

  /** Refuses new requests for vectors and answers those that were taken. */
  void finish() {
    embed.ifPresent(EmbedEndpoints::close);
  }

  @Override
  public void close() {
    opened.close();
  }
}
