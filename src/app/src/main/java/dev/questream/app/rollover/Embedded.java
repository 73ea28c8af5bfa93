package dev.questream.app.rollover;

import dev.questream.app.kafka.RecordPosition;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.Provenance;
import dev.questream.serde.FloatVector;

/**
 * The latest that an embeddings topic says of an id.
 *
 * @param provenance of the vector; null for a deletion
 * @param textHash of the question's text
 * @param place where the question was read
 * @param vector null for a deletion
 */
record Embedded(Provenance provenance, long textHash, RecordPosition place, float[] vector) {
  static final Embedded DELETED = new Embedded(null, 0, null, null);

  static Embedded of(QuestionEmbedding embedding) {
    return new Embedded(
        Provenance.of(embedding),
        IdHash.of(embedding.getText()),
        new RecordPosition(
            embedding.getSourceTopic(),
            embedding.getSourcePartition(),
            embedding.getSourceOffset()),
        FloatVector.toArray(embedding.getEmbedding()));
  }

  boolean deleted() {
    return vector == null;
  }
}
