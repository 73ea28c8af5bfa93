package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.Embedding;
import dev.questream.provenance.Provenance;
import dev.questream.serde.FloatVector;
import dev.questream.serde.SourceTimestamp;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the records of the embeddings topic. */
final class EmbeddingRecords {
  private final Provenance provenance;

  EmbeddingRecords(Provenance provenance) {
    this.provenance = provenance;
  }

  /** The embedding of a question, under its id, with the question's timestamp and headers. */
  Record<byte[], Object> of(InFlight asked, Question question, Embedding embedding, long nowMs) {
    SourcePosition position = asked.position();
    QuestionEmbedding value =
        provenance
            .writeTo(QuestionEmbedding.newBuilder())
            .setId(question.getId())
            .setText(question.getText())
            .setEmbedding(new FloatVector(embedding.vector()))
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
    Headers headers = PendingRecords.headers(pending);
    SourceTimestamp.set(headers, pending.getTimestampMs());
    return new Record<>(
        id.getBytes(StandardCharsets.UTF_8),
        value,
        Math.max(0, pending.getTimestampMs()), // a record of Kafka Streams has no negative one
        headers);
  }
}
