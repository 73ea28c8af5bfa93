package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * A file of a model, as the hub describes it.
 *
 * @param name its path in the model
 * @param etag its hash: SHA-256 of large files (64 digits), git's blob SHA-1 of others (40 digits)
 * @param size its bytes; -1 if the hub does not say
 * @param uri where it is asked for
 */
record RemoteFile(String name, String etag, long size, URI uri) {
  static final String LINKED_ETAG = "X-Linked-ETag";

  /** Larger than the weights of any encoder. */
  static final long MAX_BYTES = 20_000_000_000L;

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

  RemoteFile {
    if (!HASH.matcher(etag).matches()) {
      throw new ModelException(
          ("the hub describes %s with the ETag '%s'; expected a SHA-256 or git's SHA-1, so the"
                  + " file could not be checked: does HF_ENDPOINT name a hub?")
              .formatted(uri, etag));
    }
    if (size > MAX_BYTES) {
      throw new ModelException(
          "%s has %d bytes; at most %d are fetched: choose a smaller model"
              .formatted(uri, size, MAX_BYTES));
    }
  }

  /** Reads the headers of the answer to HEAD. */
  static RemoteFile of(String name, String commit, URI uri, HubResponse head) {
    String answered = head.header("X-Repo-Commit").orElse(commit);
    if (!answered.equals(commit)) {
      throw new ModelException(
          "the hub answered with commit %s for %s; run again, or check HF_ENDPOINT"
              .formatted(answered, uri));
    }
    long linked = head.size("X-Linked-Size");
    long length = head.location().isPresent() ? -1 : head.size("Content-Length");
    String etag = head.header(LINKED_ETAG).or(() -> head.header("ETag")).orElse("");
    return new RemoteFile(
        name, etag.replaceFirst("^W/", "").replace("\"", ""), linked >= 0 ? linked : length, uri);
  }
}
