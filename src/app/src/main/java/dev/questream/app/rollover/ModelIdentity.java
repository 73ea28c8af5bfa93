package dev.questream.app.rollover;

import dev.questream.avro.QuestionEmbedding;

/** What decides of a vector, as it stands in the records. */
record ModelIdentity(
    String id,
    String revision,
    String weightsSha256,
    String tokenizerSha256,
    String pooling,
    boolean normalized,
    String precision,
    String prefix,
    int dimensions) {
  private static final int SHOWN_HASH = 12;

  static ModelIdentity of(QuestionEmbedding embedding) {
    return new ModelIdentity(
        embedding.getModelId(),
        embedding.getModelRevision(),
        embedding.getWeightsSha256(),
        embedding.getTokenizerSha256(),
        embedding.getPooling(),
        embedding.getNormalized(),
        embedding.getPrecision(),
        embedding.getPrefix(),
        embedding.getDimensions());
  }

  String describe() {
    return "%s%s, weights %s, tokenizer %s, %s, %s, %d dimensions%s"
        .formatted(
            id,
            revision.isEmpty() ? "" : "@" + revision,
            shortened(weightsSha256),
            shortened(tokenizerSha256),
            pooling,
            precision,
            dimensions,
            prefix.isEmpty() ? "" : ", prefix \"" + prefix + "\"");
  }

  private static String shortened(String hash) {
    return hash.isEmpty() ? "-" : hash.substring(0, Math.min(SHOWN_HASH, hash.length()));
  }
}
