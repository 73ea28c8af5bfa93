package dev.questream.app.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.http.Access;
import dev.questream.app.http.BasicAuth;
import dev.questream.app.http.HttpService;
import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.app.http.SameOrigin;
import dev.questream.app.page.Asking;
import dev.questream.app.page.Figures;
import dev.questream.app.page.FollowedQuestions;
import dev.questream.app.page.LivePage;
import dev.questream.app.page.Neighbours;
import dev.questream.app.page.RecentAnswers;
import dev.questream.config.QuestreamConfig;
import dev.questream.processor.EmbedObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
  private static final ObjectMapper JSON = new ObjectMapper();

  private final QuestreamConfig config;
  private final boolean enabled;
  private final Resources opened = new Resources();
  private final Figures figures = opened.add(new Figures(), Figures::close);
  private final RecentAnswers recent = new RecentAnswers();
  private final FollowedQuestions followed = new FollowedQuestions();
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
    InetSocketAddress address =
        new InetSocketAddress(
            config.getString(QuestreamConfig.HTTP_HOST), config.getInt(QuestreamConfig.HTTP_PORT));
    Optional<Asking> asker =
        config.getBoolean(QuestreamConfig.HTTP_ASK_ENABLED)
            ? Optional.of(opened.add(new QuestionAsker(config, followed), QuestionAsker::close))
            : Optional.empty();
    ApplicationInfo info = new ApplicationInfo(config, instance);
    Map<String, Resource> resources = new HashMap<>(operators(instance, metrics, info));
    resources.putAll(new LivePage(figures, recent, info::full, asker, neighbours).resources());
    try {
      service =
          opened.add(HttpService.open(address, resources, access(address)), HttpService::close);
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "the HTTP port %s cannot be opened: %s; set another http.port, or -1 for none"
              .formatted(address, e.getMessage()),
          e);
    }
    figures.start(new FigureSource(instance));
    LOG.info("Live page, health and metrics on http:/{}", service.address());
  }

  private Access access(InetSocketAddress address) {
    String user = config.getString(QuestreamConfig.HTTP_USER);
    if (user.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      LOG.warn(
          "The HTTP port is bound to {}, beyond this machine, and asks nobody for a password: set"
              + " http.basic.auth.user and http.basic.auth.password, or keep others away from it",
          address);
    }
    return new Access(
        user.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new BasicAuth(user, config.getPassword(QuestreamConfig.HTTP_PASSWORD).value())),
        new SameOrigin(config.getList(QuestreamConfig.HTTP_ASK_HOSTS)));
  }

  private static Map<String, Resource> operators(
      InstanceStatus instance, Metrics metrics, ApplicationInfo info) {
    return Map.of(
        "/health/live",
        Resource.of(() -> health(instance.isLive(), instance.state())),
        "/health/ready",
        Resource.of(() -> health(instance.isReady(), instance.state())),
        "/metrics",
        Resource.of(
            () ->
                new Reply(
                    200,
                    "text/plain; version=0.0.4; charset=utf-8",
                    metrics.scrape().getBytes(StandardCharsets.UTF_8))),
        "/info",
        Resource.of(() -> Reply.json(200, bytes(info.full()))));
  }

  private static Reply health(boolean healthy, Object state) {
    return Reply.text(healthy ? 200 : 503, (healthy ? "ok" : "not ok") + ", " + state);
  }

  private static byte[] bytes(Map<String, Object> document) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  Optional<InetSocketAddress> address() {
    return Optional.ofNullable(service).map(HttpService::address);
  }

  @Override
  public void close() {
    opened.close();
  }
}
