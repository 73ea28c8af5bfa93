package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.serde.FloatVector;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the records of the embeddings topic. */
final class EmbeddingRecords {
  private final EncoderInfo info;

  EmbeddingRecords(EncoderInfo info) {
    this.info = info;
  }

  /** The embedding of a question, under its id, with the question's timestamp and headers. */
  Record<byte[], Object> of(InFlight asked, Question question, Embedding embedding, long nowMs) {
    SourcePosition position = asked.position();
    QuestionEmbedding value =
        QuestionEmbedding.newBuilder()
            .setId(question.getId())
            .setText(question.getText())
            .setEmbedding(new FloatVector(embedding.vector()))
            .setDimensions(embedding.vector().length)
            .setModelId(info.modelId())
            .setModelRevision(info.revision())
            .setWeightsSha256(info.weightsSha256())
            .setTokenizerSha256(info.tokenizerSha256())
            .setPooling(info.pooling().label())
            .setNormalized(info.normalized())
            .setPrecision(info.precision().label())
            .setPrefix(info.prefix())
            .setTokenCount(embedding.tokenCount())
            .setOriginalTokenCount(embedding.originalTokenCount())
            .setTruncated(embedding.truncated())
            .setMetadata(question.getMetadata())
            .setAskedAtMs(question.getAskedAtMs())
            .setSourceTopic(position.topic())
            .setSourcePartition(position.partition())
            .setSourceOffset(position.offset())
            .setEmbeddedAtMs(nowMs)
            .build();
    return record(asked.pending(), question.getId(), value);
  }

  /** A tombstone for an id. */
  Record<byte[], Object> deletion(PendingQuestion pending, String id) {
    return record(pending, id, null);
  }

  private static Record<byte[], Object> record(
      PendingQuestion pending, String id, QuestionEmbedding value) {
    return new Record<>(
        id.getBytes(StandardCharsets.UTF_8),
        value,
        pending.getTimestampMs(),
        PendingRecords.headers(pending));
  }
}
