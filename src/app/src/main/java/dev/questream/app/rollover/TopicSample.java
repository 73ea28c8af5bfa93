package dev.questream.app.rollover;

import dev.questream.app.kafka.TopicScan;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what is committed in an embeddings topic into a sample. */
final class TopicSample {
  private TopicSample() {}

  static IdSample read(Side side, int limit) {
    IdSample sample = new IdSample(limit);
    try (QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer();
        TopicScan scan = new TopicScan(side.config(), side.embeddings())) {
      deserializer.configure(side.config().serdeSettings(), false);
      while (scan.hasNext()) {
        ConsumerRecord<byte[], byte[]> record = scan.next();
        String id = IdHeader.id(record.key(), record.headers());
        if (!id.isEmpty()) {
          sample.put(id, () -> latest(record, deserializer));
        }
      }
    }
    return sample;
  }

  private static Embedded latest(
      ConsumerRecord<byte[], byte[]> record, QuestionEmbeddingDeserializer deserializer) {
    if (record.value() == null) {
      return Embedded.DELETED;
    }
    QuestionEmbedding embedding = deserializer.deserialize(record.topic(), record.value());
    return Embedded.of(embedding);
  }
}
