package dev.questream.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.kafka.common.config.ConfigException;

/**
 * A client of the Confluent Schema Registry REST API, which Apicurio (ccompat), Karapace and
 * Redpanda speak too.
 *
 * <p>Answers are kept for the life of the client: an id never changes its schema. <b>Threading:</b>
 * safe for any thread.
 */
public final class ConfluentRegistryClient implements SchemaRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final String SCHEMA_NOT_FOUND = "40403";
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final String baseUrl;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final Map<String, Integer> idsBySubject = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemasById = new ConcurrentHashMap<>();

  /**
   * @param baseUrl such as {@code http://localhost:8081}, or Apicurio's {@code
   *     http://localhost:8080/apis/ccompat/v7}
   * @throws ConfigException if it is no http or https URL
   */
  public ConfluentRegistryClient(String baseUrl) {
    this.baseUrl = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
    requireHttp();
  }

  private void requireHttp() {
    try {
      URI uri = new URI(baseUrl);
      boolean http =
          "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      if (http && uri.getHost() != null) {
        return;
      }
    } catch (URISyntaxException e) {
      throw new ConfigException(SerdeConfig.SCHEMA_REGISTRY_URL, baseUrl, e.getMessage());
    }
    throw new ConfigException(
        SerdeConfig.SCHEMA_REGISTRY_URL, baseUrl, "must be one URL such as http://localhost:8081");
  }

  @Override
  public int register(String subject, Schema schema) {
    return idsBySubject.computeIfAbsent(
        subject + "\n" + schema.toString(), unused -> requestId(subject, schema));
  }

  private int requestId(String subject, Schema schema) {
    String path = "/subjects/" + URLEncoder.encode(subject, StandardCharsets.UTF_8) + "/versions";
    String body =
        JSON.createObjectNode()
            .put("schema", schema.toString())
            .put("schemaType", "AVRO")
            .toString();
    JsonNode answer =
        send(
            request(path).POST(HttpRequest.BodyPublishers.ofString(body)),
            "registering " + subject);
    if (!answer.path("id").isInt()) {
      throw new SchemaRegistryException(
          "%s answered without an id when registering %s: %s".formatted(baseUrl, subject, answer),
          0);
    }
    return answer.path("id").intValue();
  }

  @Override
  public Schema byId(int id) {
    return schemasById.computeIfAbsent(id, this::requestSchema);
  }

  private Schema requestSchema(int id) {
    JsonNode answer;
    try {
      answer = send(request("/schemas/ids/" + id).GET(), "asking for schema " + id);
    } catch (SchemaRegistryException e) {
      if (blamesId(e)) {
        throw new WireException("the schema registry knows no schema " + id, e);
      }
      throw e;
    }
    String schema = answer.path("schema").asText("");
    if (schema.isEmpty() || schema.equals("null")) {
      throw new SchemaRegistryException(
          "%s answered without a schema when asked for schema %d: %s"
              .formatted(baseUrl, id, answer),
          0);
    }
    try {
      return new Schema.Parser().parse(schema);
    } catch (SchemaParseException e) {
      throw new WireException(
          "schema %d of the registry %s is no Avro schema".formatted(id, baseUrl), e);
    }
  }

  /**
   * Whether it is the id that is wrong and not the way to the registry. A registry says "schema not
   * found" with its own code; a 404 without it comes from something else that answers under the
   * URL.
   */
  private static boolean blamesId(SchemaRegistryException refused) {
    return refused.status() == 400
        || refused.status() == 422
        || (refused.status() == 404 && refused.getMessage().contains(SCHEMA_NOT_FOUND));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(baseUrl + path))
        .timeout(TIMEOUT)
        .header("Content-Type", MEDIA_TYPE)
        .header("Accept", MEDIA_TYPE + ", application/json");
  }

  private static SchemaRegistryException refusal(
      String baseUrl, String doing, HttpResponse<String> response) {
    return new SchemaRegistryException(
        "the schema registry %s refused while %s: HTTP %d %s"
            .formatted(baseUrl, doing, response.statusCode(), response.body().strip()),
        response.statusCode());
  }

  private JsonNode send(HttpRequest.Builder request, String doing) {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw refusal(baseUrl, doing, response);
      }
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new SchemaRegistryException(
          "the schema registry %s did not answer JSON while %s".formatted(baseUrl, doing), e);
    } catch (IOException e) {
      throw new SchemaRegistryException(
          "the schema registry %s is not reachable while %s: %s".formatted(baseUrl, doing, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SchemaRegistryException("interrupted while " + doing, e);
    }
  }
}
