package dev.questream.app.runtime;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.embed.EmbedEndpoints;
import dev.questream.app.http.Access;
import dev.questream.app.http.BasicAuth;
import dev.questream.app.http.Credential;
import dev.questream.app.http.HttpService;
import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.app.http.SameOrigin;
import dev.questream.app.io.Json;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port that the settings name, who may use it, and what every instance serves on it. */
final class HttpPort {
  private static final Logger LOG = LoggerFactory.getLogger(HttpPort.class);

  private HttpPort() {}

  /**
   * Opens it.
   *
   * @throws FatalException if it cannot be had
   */
  static HttpService open(QuestreamConfig config, Map<String, Resource> resources) {
    InetSocketAddress address =
        new InetSocketAddress(
            config.getString(QuestreamConfig.HTTP_HOST), config.getInt(QuestreamConfig.HTTP_PORT));
    try {
      return HttpService.open(address, resources, access(config, address));
    } catch (IOException e) {
      throw new FatalException(
          ExitCode.ENVIRONMENT,
          "the HTTP port %s cannot be opened: %s; set another http.port, or -1 for none"
              .formatted(address, e.getMessage()),
          e);
    }
  }

  private static Access access(QuestreamConfig config, InetSocketAddress address) {
    List<Credential> credentials = new ArrayList<>();
    String user = config.getString(QuestreamConfig.HTTP_USER);
    if (!user.isEmpty()) {
      credentials.add(
          new BasicAuth(user, config.getPassword(QuestreamConfig.HTTP_PASSWORD).value()));
    }
    String token = config.getPassword(QuestreamConfig.HTTP_TOKEN).value();
    if (!token.isEmpty()) {
      credentials.add(Credential.bearer(token));
    }
    if (credentials.isEmpty() && !address.getAddress().isLoopbackAddress()) {
      LOG.warn(
          "The HTTP port is bound to {}, beyond this machine, and asks nobody for a password: set"
              + " http.basic.auth.user and http.basic.auth.password, or http.bearer.token, or keep"
              + " others away from it",
          address);
    }
    return new Access(credentials, new SameOrigin(config.getList(QuestreamConfig.HTTP_ASK_HOSTS)));
  }

  /** Vectors at once, of an encoder, as the settings allow. */
  static EmbedEndpoints embed(QuestreamConfig config, BatchingEncoder encoder, Metrics metrics) {
    return new EmbedEndpoints(
        encoder,
        new EmbedEndpoints.Limits(
            config.getInt(QuestreamConfig.HTTP_EMBED_MAX_TEXTS),
            config.duration(QuestreamConfig.HTTP_EMBED_TIMEOUT_MS),
            Truncation.of(config.getString(QuestreamConfig.TRUNCATION))),
        metrics.requests());
  }

  static Reply health(boolean healthy, String state) {
    return Reply.text(healthy ? 200 : 503, (healthy ? "ok" : "not ok") + ", " + state);
  }

  static Resource metrics(Metrics metrics) {
    return Resource.of(
        () ->
            new Reply(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.scrape().getBytes(StandardCharsets.UTF_8)));
  }

  static Resource document(Supplier<Map<String, Object>> document) {
    return Resource.of(
        () -> Reply.json(200, Json.indented(document.get()).getBytes(StandardCharsets.UTF_8)));
  }
}
