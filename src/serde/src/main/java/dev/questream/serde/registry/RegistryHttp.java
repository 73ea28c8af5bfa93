package dev.questream.serde.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to a registry: to the next instance when one does not answer, and again after a
 * while when none did.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class RegistryHttp {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final double JITTER = 0.2;

  private final List<RegistryUrl> urls;
  private final RegistryCredentials credentials;
  private final HttpClient http;
  private final Duration answerLimit;
  private final int retries;
  private final long firstWaitMs;
  private final long longestWaitMs;
  private volatile int answeredLast;

  /** A request without its address. */
  private record Call(
      String method, String path, BodyPublisher body, String doing, boolean apicurio) {}

  RegistryHttp(RegistryConfig config) {
    this.urls = config.urls();
    this.credentials = RegistryCredentials.of(config);
    Duration connectLimit = Duration.ofMillis(config.getInt(RegistryConfig.CONNECT_TIMEOUT_MS));
    HttpClient.Builder client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectLimit);
    if (urls.stream().anyMatch(RegistryUrl::encrypted)) {
      RegistryTls.configure(client, config.tlsSettings());
    }
    this.http = client.build();
    this.answerLimit =
        connectLimit.plusMillis(config.getInt(RegistryConfig.READ_TIMEOUT_MS).longValue());
    this.retries = config.getInt(RegistryConfig.MAX_RETRIES);
    this.firstWaitMs = config.getInt(RegistryConfig.RETRIES_WAIT_MS);
    this.longestWaitMs = Math.max(firstWaitMs, config.getInt(RegistryConfig.RETRIES_MAX_WAIT_MS));
  }

  /**
   * Asks for what lies under a path.
   *
   * @param doing what for, for messages
   * @throws SchemaRegistryException if no instance gives it
   */
  JsonNode get(String path, String doing) {
    return send(new Call("GET", path, BodyPublishers.noBody(), doing, false));
  }

  /** Whether the registry has an API of Apicurio's own beside. */
  boolean isApicurio() {
    return urls.stream().allMatch(url -> url.apicurio().isPresent());
  }

  /** The same as {@link #get} from Apicurio's own API. */
  JsonNode getFromApicurio(String path, String doing) {
    return send(new Call("GET", path, BodyPublishers.noBody(), doing, true));
  }

  /** The same with a JSON text to be taken. */
  JsonNode post(String path, String body, String doing) {
    return send(new Call("POST", path, BodyPublishers.ofString(body), doing, false));
  }

  private JsonNode send(Call call) {
    for (int attempt = 0; ; attempt++) {
      try {
        return sendToAny(call);
      } catch (SchemaRegistryException e) {
        if (!e.mayPass()) {
          throw e;
        }
        if (attempt >= retries) {
          throw e.after(attempt + 1);
        }
        pause(waitMs(attempt), call);
      }
    }
  }

  private JsonNode sendToAny(Call call) {
    List<SchemaRegistryException> failures = new ArrayList<>();
    int first = answeredLast;
    for (int i = 0; i < urls.size(); i++) {
      int at = (first + i) % urls.size();
      try {
        JsonNode answer = sendTo(urls.get(at), call);
        answeredLast = at;
        return answer;
      } catch (SchemaRegistryException e) {
        if (!e.mayPass()) {
          throw e;
        }
        failures.add(e);
      }
    }
    throw SchemaRegistryException.all(failures);
  }

  private JsonNode sendTo(RegistryUrl url, Call call) {
    try {
      HttpResponse<String> response = exchange(request(url, call));
      if (response.statusCode() / 100 != 2) {
        boolean known = credentials.header(url).isPresent();
        throw RegistryRefusal.of(url, call.doing(), known, response);
      }
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new SchemaRegistryException(
          "the schema registry %s did not answer JSON while %s; is it one, and is its path right? (Apicurio: /apis/ccompat/v7)"
              .formatted(url, call.doing()),
          e);
    } catch (IOException e) {
      throw RegistryRefusal.unreachable(url, call.doing(), e);
    } catch (TimeoutException e) {
      throw SchemaRegistryException.passing(
          "the schema registry %s did not answer in %d ms while %s (%s, %s)"
              .formatted(
                  url,
                  answerLimit.toMillis(),
                  call.doing(),
                  RegistryConfig.CONNECT_TIMEOUT_MS,
                  RegistryConfig.READ_TIMEOUT_MS),
          e);
    } catch (InterruptedException e) {
      throw interrupted(call, e);
    }
  }

  private HttpRequest request(RegistryUrl url, Call call) {
    String base = call.apicurio() ? url.apicurio().orElseThrow() : url.base();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + call.path()))
            .method(call.method(), call.body())
            .header("Content-Type", MEDIA_TYPE)
            .header("Accept", MEDIA_TYPE + ", application/json");
    credentials.header(url).ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  /** The client's own time-out ends with the head of an answer; this one covers all of it. */
  private HttpResponse<String> exchange(HttpRequest request)
      throws IOException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(request, BodyHandlers.ofString());
    try {
      return answer.get(answerLimit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** Doubled after each attempt, up to the longest; then a fifth more or less, by chance. */
  private long waitMs(int attempt) {
    double doubled = Math.min(longestWaitMs, Math.scalb((double) firstWaitMs, attempt));
    return Math.round(doubled * (1 + ThreadLocalRandom.current().nextDouble(-JITTER, JITTER)));
  }

  private static void pause(long millis, Call call) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(call, e);
    }
  }

  private static SchemaRegistryException interrupted(Call call, InterruptedException e) {
    Thread.currentThread().interrupt();
    return new SchemaRegistryException("interrupted while " + call.doing(), e);
  }
}
