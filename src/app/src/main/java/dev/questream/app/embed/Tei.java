package dev.questream.app.embed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.questream.app.http.Reply;
import dev.questream.app.io.Json;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.Truncation;
import dev.questream.provenance.VectorType;
import java.util.List;
import java.util.Set;

/** The embed request of text-embeddings-inference. */
final class Tei implements Protocol {
  private static final Set<String> FIELDS =
      Set.of(
          "inputs", "truncate", "truncation_direction", "normalize", "prompt_name", "dimensions");

  private final Truncation truncation;

  /**
   * @param truncation what becomes of a text that is too long
   */
  Tei(Truncation truncation) {
    this.truncation = truncation;
  }

  private record Error(String error, String errorType) {}

  @Override
  public String name() {
    return "tei";
  }

  @Override
  public Asked read(JsonNode body, EncoderInfo encoder) {
    Fields fields = new Fields(body, FIELDS);
    fields
        .find("prompt_name")
        .ifPresent(
            name -> {
              throw Refusal.invalid(
                  "prompt_name",
                  "prompt_name is not taken: every text gets the prefix of the setting"
                      + " encoder.prefix, as in the stream");
            });
    requireNormalized(fields, encoder.provenance().computed().normalized());
    requireDirection(fields);
    boolean whole = !fields.flag("truncate").map(this::requireTruncation).orElse(true);
    return new Asked(
        fields.texts("inputs"),
        fields.dimensions(encoder),
        embeddings -> vectors(embeddings, whole, encoder.vectorType()));
  }

  private static void requireNormalized(Fields fields, boolean normalized) {
    if (fields.flag("normalize").orElse(normalized) != normalized) {
      throw Refusal.invalid(
          "normalize",
          "normalize can only be %s: the vectors are those of the stream".formatted(normalized));
    }
  }

  private boolean requireTruncation(boolean asked) {
    if (asked && truncation == Truncation.REJECT) {
      throw Refusal.invalid(
          "truncate", "texts are not cut here: the setting encoder.truncation is reject");
    }
    return asked;
  }

  private void requireDirection(Fields fields) {
    String ours = truncation == Truncation.TRUNCATE_HEAD ? "left" : "right";
    if (!fields.string("truncation_direction").orElse(ours).equalsIgnoreCase(ours)) {
      throw Refusal.invalid(
          "truncation_direction",
          "truncation_direction can only be %s: the setting encoder.truncation is %s"
              .formatted(ours, truncation.label()));
    }
  }

  private static List<Object> vectors(List<Embedding> embeddings, boolean whole, VectorType type) {
    for (Embedding embedding : embeddings) {
      if (whole && embedding.truncated()) {
        throw new Refusal(
            Refusal.Kind.TEXT_TOO_LONG,
            "a text has %d tokens, the model takes %d; truncate must be true to have it cut"
                .formatted(embedding.originalTokenCount(), embedding.tokenCount()));
      }
    }
    return embeddings.stream().map(embedding -> type.toJson(embedding.vector())).toList();
  }

  @Override
  public Reply refusal(Refusal refusal) {
    return error(refusal.kind().teiStatus(), refusal.getMessage(), refusal.kind().teiType());
  }

  @Override
  public Reply refusal(int status, String why) {
    return error(
        status, why, status == 429 ? "overloaded" : status >= 500 ? "unhealthy" : "validation");
  }

  private static Reply error(int status, String message, String type) {
    return Reply.json(status, Json.bytes(new Error(message, type)));
  }
}
