package dev.questream.app.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.app.http.Reply;
import dev.questream.app.io.Json;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.provenance.VectorType;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The embeddings request of OpenAI's API. */
final class OpenAi implements Protocol {
  private static final Set<String> FIELDS =
      Set.of("input", "model", "dimensions", "encoding_format", "user");

  private record Embeddings(String object, List<Item> data, String model, Usage usage) {}

  private record Item(String object, int index, Object embedding) {}

  private record Usage(int promptTokens, int totalTokens) {}

  @Override
  public String name() {
    return "openai";
  }

  /** Whatever model and user are named, the one model answers, and the answer names it. */
  @Override
  public Asked read(JsonNode body, EncoderInfo encoder) {
    Fields fields = new Fields(body, FIELDS);
    fields.string("model");
    fields.string("user");
    VectorType type = encoder.vectorType();
    Function<float[], Object> format =
        switch (fields.string("encoding_format").orElse("float")) {
          case "float" -> type::toJson;
          case "base64" -> vector -> Base64.getEncoder().encodeToString(type.toBytes(vector));
          default ->
              throw Refusal.invalid("encoding_format", "encoding_format must be float or base64");
        };
    return new Asked(
        fields.texts("input"),
        fields.dimensions(encoder),
        embeddings -> document(embeddings, encoder.modelId(), format));
  }

  private static Embeddings document(
      List<Embedding> embeddings, String model, Function<float[], Object> format) {
    List<Item> data = new ArrayList<>(embeddings.size());
    for (Embedding embedding : embeddings) {
      data.add(new Item("embedding", data.size(), format.apply(embedding.vector())));
    }
    int tokens = embeddings.stream().mapToInt(Embedding::tokenCount).sum();
    return new Embeddings("list", data, model, new Usage(tokens, tokens));
  }

  @Override
  public Reply refusal(Refusal refusal) {
    int status = refusal.kind().openAiStatus();
    return error(status, refusal.getMessage(), refusal.field(), refusal.kind().code());
  }

  @Override
  public Reply refusal(int status, String why) {
    return error(status, why, null, status == 401 ? "invalid_api_key" : null);
  }

  private static Reply error(int status, String message, String field, String code) {
    Map<String, Object> error = new LinkedHashMap<>(); // the last two may be null
    error.put("message", message);
    error.put(
        "type",
        status == 429
            ? "rate_limit_error"
            : status >= 500 ? "server_error" : "invalid_request_error");
    error.put("param", field);
    error.put("code", code);
    return Reply.json(status, Json.bytes(Map.of("error", error)));
  }
}
