package dev.questream.app.embed;

import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** What answers texts with vectors over HTTP, and the document that says how to ask. */
public final class EmbedEndpoints implements AutoCloseable {
  private final Embedder embedder;
  private final Truncation truncation;
  private final RequestObserver observer;

  /**
   * How much is taken.
   *
   * @param texts that may wait at a time
   * @param time that a request waits
   * @param truncation what the encoder does with a text that is too long
   */
  public record Limits(int texts, Duration time, Truncation truncation) {}

  /** In front of an encoder, which is not closed with it. */
  public EmbedEndpoints(BatchingEncoder encoder, Limits limits, RequestObserver observer) {
    this.embedder = new Embedder(encoder, limits.texts(), limits.time());
    this.truncation = limits.truncation();
    this.observer = observer;
    observer.watch(embedder::waiting);
  }

  /** What is served, by path. */
  public Map<String, Resource> resources() {
    return Map.of(
        "/v1/embeddings", resource(new OpenAi()),
        "/embed", resource(new Tei(truncation)),
        "/openapi.json", description());
  }

  private Resource resource(Protocol protocol) {
    return new EmbedResource(protocol, embedder, observer);
  }

  private static Resource description() {
    try (InputStream in = EmbedEndpoints.class.getResourceAsStream("/embed/openapi.json")) {
      Reply reply = Reply.json(200, in.readAllBytes());
      return Resource.of(() -> reply);
    } catch (IOException e) {
      throw new UncheckedIOException("the description of the endpoints cannot be read", e);
    }
  }

  /** Refuses new requests and answers those that were taken, for a few seconds at most. */
  @Override
  public void close() {
    embedder.close();
  }
}
