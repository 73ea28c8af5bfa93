package dev.questream.serde;

import dev.questream.avro.QuestionEmbedding;
import java.util.Map;

/** Records of an embeddings topic, for tests that look at little of them. */
public final class Embeddings {
  private Embeddings() {}

  /** An embedding; everything else is there, and says nothing. */
  public static QuestionEmbedding.Builder of(String id, String text, float... vector) {
    return QuestionEmbedding.newBuilder()
        .setId(id)
        .setText(text)
        .setEmbedding(new FloatVector(vector))
        .setDimensions(vector.length)
        .setModelId("model")
        .setModelRevision("")
        .setWeightsSha256("")
        .setTokenizerSha256("")
        .setPooling("cls")
        .setNormalized(false)
        .setPrecision("fp32")
        .setPrefix("")
        .setTokenCount(1)
        .setOriginalTokenCount(1)
        .setTruncated(false)
        .setMetadata(Map.of())
        .setAskedAtMs(5)
        .setSourceTopic("questions")
        .setSourcePartition(0)
        .setSourceOffset(0)
        .setEmbeddedAtMs(6);
  }
}
