package dev.questream.app.embed;

import dev.questream.app.io.Json;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Where vectors come from, as headers: the names of the record's fields after {@code questream-},
 * with hyphens. In values all but visible ASCII, and the percent sign, is percent-encoded.
 */
final class ProvenanceHeaders {
  private final Map<String, String> ofModel = new HashMap<>();

  ProvenanceHeaders(EncoderInfo encoder) {
    Json.map(encoder.provenance())
        .forEach((name, value) -> ofModel.put(header(name), encoded(value.toString())));
  }

  /**
   * Those of all texts of an answer; truncated is how many were cut.
   *
   * @param dimensions of the vectors in it
   */
  Map<String, String> of(List<Embedding> embeddings, int dimensions) {
    Map<String, String> all = new HashMap<>(ofModel);
    all.put(header("dimensions"), Integer.toString(dimensions));
    all.put(header("token_count"), sum(embeddings, Embedding::tokenCount));
    all.put(header("original_token_count"), sum(embeddings, Embedding::originalTokenCount));
    all.put(header("truncated"), sum(embeddings, text -> text.truncated() ? 1 : 0));
    return all;
  }

  private static String sum(List<Embedding> embeddings, ToIntFunction<Embedding> of) {
    return Integer.toString(embeddings.stream().mapToInt(of).sum());
  }

  private static String header(String field) {
    return "questream-" + field.replace('_', '-');
  }

  static String encoded(String value) {
    StringBuilder encoded = new StringBuilder();
    for (byte one : value.getBytes(StandardCharsets.UTF_8)) {
      if (one > ' ' && one < 0x7f && one != '%') {
        encoded.append((char) one);
      } else {
        encoded.append("%%%02X".formatted(one & 0xff));
      }
    }
    return encoded.toString();
  }
}
