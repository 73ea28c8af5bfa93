package dev.questream.lab.evaluate;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.EncoderInfo;
import java.util.Locale;

/**
 * What vectors were made with. Two vectors may be compared only when all of it is the same.
 *
 * @param modelId name of the model
 * @param revision of the model, or empty
 * @param weightsSha256 of its weights
 * @param tokenizerSha256 of its tokenizer
 * @param precision number format of its matrix products
 * @param pooling how token states became one vector
 * @param normalized whether vectors have length one
 * @param prefix put before every text
 */
public record Provenance(
    String modelId,
    String revision,
    String weightsSha256,
    String tokenizerSha256,
    String precision,
    String pooling,
    boolean normalized,
    String prefix) {
  private static final int SHOWN_HASH = 12;

  static Provenance of(EncoderInfo info) {
    return new Provenance(
        info.modelId(),
        info.revision(),
        info.weightsSha256(),
        info.tokenizerSha256(),
        info.precision().label(),
        info.pooling().name().toLowerCase(Locale.ROOT),
        info.normalized(),
        info.prefix());
  }

  static Provenance of(QuestionEmbedding embedding) {
    return new Provenance(
        embedding.getModelId(),
        embedding.getModelRevision(),
        embedding.getWeightsSha256(),
        embedding.getTokenizerSha256(),
        embedding.getPrecision(),
        embedding.getPooling(),
        embedding.getNormalized(),
        embedding.getPrefix());
  }

  /** In a line, with as much of the hashes as tells them apart. */
  String describe() {
    return "%s%s, %s, %s pooling, %s, prefix \"%s\", weights %s, tokenizer %s"
        .formatted(
            modelId,
            revision.isEmpty() ? "" : "@" + revision,
            precision,
            pooling,
            normalized ? "normalized" : "not normalized",
            prefix,
            shortened(weightsSha256),
            shortened(tokenizerSha256));
  }

  private static String shortened(String hash) {
    return hash.substring(0, Math.min(SHOWN_HASH, hash.length()));
  }
}
