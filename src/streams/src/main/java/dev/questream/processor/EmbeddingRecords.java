package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.Embedding;
import dev.questream.provenance.Provenance;
import dev.questream.serde.FloatVector;
import dev.questream.serde.IdHeader;
import dev.questream.serde.SerdeConfig.OutputKey;
import dev.questream.serde.SourceTimestamp;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the records of the embeddings topic. */
final class EmbeddingRecords {
  private final Provenance provenance;
  private final OutputKey outputKey;

  EmbeddingRecords(Provenance provenance, OutputKey outputKey) {
    this.provenance = provenance;
    this.outputKey = outputKey;
  }

  /** The embedding of a question, with the question's timestamp and headers. */
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

  private Record<byte[], Object> record(
      PendingQuestion pending, String id, QuestionEmbedding value) {
    byte[] key = key(outputKey, pending, id);
    Headers headers = PendingRecords.headers(pending);
    IdHeader.set(headers, key, id);
    SourceTimestamp.set(headers, pending.getTimestampMs());
    return new Record<>(
        key,
        value,
        Math.max(0, pending.getTimestampMs()), // a record of Kafka Streams has no negative one
        headers);
  }

  /** The key of what goes out. A compacted topic takes no record without one. */
  static byte[] key(OutputKey outputKey, PendingQuestion pending, String id) {
    return outputKey == OutputKey.ID || pending.getKey() == null
        ? id.getBytes(StandardCharsets.UTF_8)
        : Arrival.bytes(pending.getKey());
  }
}
