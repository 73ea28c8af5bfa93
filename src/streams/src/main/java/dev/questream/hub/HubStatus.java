package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.util.Optional;

/** What an HTTP status means for a user, and which are worth another attempt. */
final class HubStatus {
  private final HubTransport transport;
  private final HubSettings settings;

  HubStatus(HubTransport transport, HubSettings settings) {
    this.transport = transport;
    this.settings = settings;
  }

  /**
   * Passes answers that succeeded or redirect.
   *
   * @param what which part of the model was asked for
   * @throws UnreachableException if another attempt may help
   * @throws ModelException if the user has to do something
   */
  void check(HubResponse response, HubId id, String what) throws IOException {
    int status = response.status();
    if ((status >= 200 && status < 300) || response.location().isPresent()) {
      return;
    }
    String answer = "%s answered %d".formatted(HubTransport.withoutQuery(response.uri()), status);
    if (status == 408 || status == 429 || status >= 500) {
      throw new UnreachableException(answer, response.retryAfter());
    }
    if (!transport.isHub(response.uri())) {
      // A signed URL of the hub's store has run out: the hub gives a new one.
      throw new UnreachableException(answer, Optional.empty());
    }
    throw new ModelException(advice(status, id, what) + "; " + answer);
  }

  private String advice(int status, HubId id, String what) {
    String page = settings.endpoint() + "/" + id.path();
    return switch (status) {
      case 401 ->
          settings.token().isPresent()
              ? ("the hub does not accept the token for %s; set HF_TOKEN to a valid one, and check"
                      + " the model's name")
                  .formatted(id)
              : ("the hub wants a token for %s: it is private, gated or does not exist; set"
                      + " HF_TOKEN, and check the model's name")
                  .formatted(id);
      case 403 ->
          "no access to %s; accept the terms on %s with the account of the token in HF_TOKEN"
              .formatted(id, page);
      case 404 -> "the hub has no %s; check the model and its revision on %s".formatted(what, page);
      default -> "the hub refuses %s; check HF_ENDPOINT and any proxy".formatted(what);
    };
  }
}
