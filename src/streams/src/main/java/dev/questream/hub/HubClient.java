package dev.questream.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.questream.weights.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The three questions that the hub is asked; each is asked once, without a second attempt. */
final class HubClient {
  private static final int MAX_JSON_BYTES = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HubTransport transport;
  private final HubStatus status;
  private final String endpoint;

  HubClient(HubSettings settings, HubTransport transport) {
    this.transport = transport;
    this.status = new HubStatus(transport, settings);
    this.endpoint = settings.endpoint().toString();
  }

  /** A revision as the hub lists it: its commit and the names of its files. */
  record Listing(String commit, Set<String> files) {}

  /** Asks for the commit of a revision, and for its files. */
  Listing list(HubId id) throws IOException {
    URI uri =
        URI.create(
            "%s/api/models/%s/revision/%s".formatted(endpoint, id.path(), encoded(id.revision())));
    JsonNode json;
    try (HubResponse response = transport.get(uri, Map.of())) {
      status.check(response, id, id.toString());
      json = parse(response);
    }
    String commit = json.path("sha").asText();
    if (!HubId.isCommit(commit) || (id.isPinned() && !commit.equals(id.revision()))) {
      throw new ModelException(
          "%s says that %s is commit '%s'; expected %s: does HF_ENDPOINT name a hub?"
              .formatted(uri, id, commit, id.isPinned() ? id.revision() : "40 hex digits"));
    }
    Set<String> files = new TreeSet<>();
    for (JsonNode sibling : json.path("siblings")) {
      files.add(RepoPath.checked(sibling.path("rfilename").asText(), "the hub's list of " + id));
    }
    return new Listing(commit, files);
  }

  /** Asks for the hash and the size of a file. */
  RemoteFile describe(HubId id, String commit, String name) throws IOException {
    URI uri =
        URI.create(
            "%s/%s/resolve/%s/%s"
                .formatted(
                    endpoint,
                    id.path(),
                    commit,
                    Arrays.stream(name.split("/"))
                        .map(HubClient::encoded)
                        .collect(Collectors.joining("/"))));
    try (HubResponse response = transport.head(uri)) {
      status.check(response, id, name + " in " + id);
      return RemoteFile.of(name, commit, uri, response);
    }
  }

  /** Opens a file from a byte on; the status says whether the server went along: 200, 206, 416. */
  HubResponse open(HubId id, RemoteFile file, long offset) throws IOException {
    Map<String, String> range =
        offset > 0 ? Map.of("Range", "bytes=%d-".formatted(offset)) : Map.of();
    HubResponse response = transport.get(file.uri(), range);
    if (response.status() != 416) {
      try {
        status.check(response, id, file.name() + " in " + id);
      } catch (IOException | ModelException e) {
        response.close();
        throw e;
      }
    }
    return response;
  }

  private static JsonNode parse(HubResponse response) throws IOException {
    byte[] bytes;
    try (InputStream body = response.body()) {
      bytes = body.readNBytes(MAX_JSON_BYTES + 1);
    }
    String asked = HubTransport.withoutQuery(response.uri());
    if (bytes.length > MAX_JSON_BYTES) {
      throw new ModelException(
          "%s answered with more than %d bytes; expected a model's list of files: check HF_ENDPOINT"
              .formatted(asked, MAX_JSON_BYTES));
    }
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new ModelException(
          ("%s did not answer with JSON (%s); does HF_ENDPOINT name a hub, or is a login page of"
                  + " the network in between?")
              .formatted(asked, e.getOriginalMessage()),
          e);
    }
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
