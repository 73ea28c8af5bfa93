package dev.questream.app.embed;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.questream.app.http.Reply;
import dev.questream.app.http.Resource;
import dev.questream.app.io.Json;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.VectorShape;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Answers texts with vectors in one protocol. */
final class EmbedResource implements Resource {
  private static final int MAX_BODY_BYTES = 2 << 20;
  private static final int CLIENT_GONE = 499;
  private static final Map<String, String> SOON = Map.of("Retry-After", "1");
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final Protocol protocol;
  private final Embedder embedder;
  private final ProvenanceHeaders provenance;
  private final RequestObserver observer;

  EmbedResource(Protocol protocol, Embedder embedder, RequestObserver observer) {
    this.protocol = protocol;
    this.embedder = embedder;
    this.provenance = new ProvenanceHeaders(embedder.info());
    this.observer = observer;
  }

  @Override
  public String method() {
    return "POST";
  }

  @Override
  public int maxBodyBytes() {
    return MAX_BODY_BYTES;
  }

  @Override
  public boolean isForPrograms() {
    return true;
  }

  @Override
  public Reply refusal(int status, String why) {
    observer.answered(protocol.name(), status, 0);
    Reply reply = protocol.refusal(status, why);
    return status == 429 ? reply.with(SOON) : reply;
  }

  @Override
  public CompletableFuture<Reply> answer(Call call) {
    long start = System.nanoTime();
    Protocol.Asked asked;
    try {
      asked = protocol.read(parsed(call.body()), embedder.info());
    } catch (Refusal e) {
      return CompletableFuture.completedFuture(seen(worded(e), start));
    }
    CompletableFuture<Reply> written =
        embedder.embed(asked.texts(), embeddings -> written(asked, embeddings));
    CompletableFuture<Reply> reply = written.exceptionally(this::failed);
    reply.whenComplete(
        (answered, failure) -> {
          boolean gone = failure instanceof CancellationException;
          if (gone) {
            written.cancel(false);
          }
          int status = failure == null ? answered.status() : gone ? CLIENT_GONE : 500;
          observer.answered(protocol.name(), status, System.nanoTime() - start);
        });
    return reply;
  }

  private static JsonNode parsed(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw Refusal.invalid(null, "the body is not JSON: " + e.getMessage());
    }
  }

  private Reply written(Protocol.Asked asked, List<Embedding> embeddings) {
    List<Embedding> vectors = cut(embeddings, asked.dimensions());
    return Reply.json(200, Json.bytes(asked.form().of(vectors)))
        .with(provenance.of(vectors, asked.dimensions()));
  }

  private List<Embedding> cut(List<Embedding> embeddings, int dimensions) {
    EncoderInfo encoder = embedder.info();
    if (dimensions == encoder.dimensions()) {
      return embeddings;
    }
    VectorShape shape = new VectorShape(dimensions, encoder.vectorType());
    boolean normalized = encoder.provenance().computed().normalized();
    return embeddings.stream()
        .map(embedding -> embedding.with(shape.of(embedding.vector(), normalized)))
        .toList();
  }

  private Reply failed(Throwable thrown) {
    Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (failure instanceof Refusal refusal) {
      return worded(refusal);
    }
    throw new CompletionException(failure);
  }

  private Reply worded(Refusal refusal) {
    Reply reply = protocol.refusal(refusal);
    return refusal.kind().passes() ? reply.with(SOON) : reply;
  }

  private Reply seen(Reply reply, long start) {
    observer.answered(protocol.name(), reply.status(), System.nanoTime() - start);
    return reply;
  }
}
