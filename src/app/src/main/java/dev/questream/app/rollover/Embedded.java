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
 * @param vector one number for each dimension, whatever its type; null for a deletion
 */
record Embedded(Provenance provenance, long textHash, RecordPosition place, float[] vector) {
  static final Embedded DELETED = new Embedded(null, 0, null, null);

  static Embedded of(QuestionEmbedding embedding) {
    Provenance provenance = Provenance.of(embedding);
    return new Embedded(
        provenance,
        IdHash.of(embedding.getText()),
        new RecordPosition(
            embedding.getSourceTopic(),
            embedding.getSourcePartition(),
            embedding.getSourceOffset()),
        provenance.computed().coordinates(FloatVector.toArray(embedding.getEmbedding())));
  }

  boolean deleted() {
    return vector == null;
  }
}
