package dev.questream.app.page;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.FloatVector;
import java.util.ArrayList;
import java.util.List;

/**
 * A journey for the page; what there is not is left out.
 *
 * @param here whether this instance answered the question
 * @param passages the nearest ones, the best first; null without an index
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JourneyJson(
    String id,
    boolean here,
    List<Step> steps,
    Embedding embedding,
    Journey.Answer.Rejected deadLetter,
    List<Neighbours.Neighbour> passages) {
  private static final int SHOWN_ELEMENTS = 8;

  /**
   * A step.
   *
   * @param tookMs since the step before it
   */
  record Step(@JsonUnwrapped Journey.Step step, double tookMs) {}

  /**
   * An embedding, under the names of its record.
   *
   * @param embedding the first elements of the vector
   * @param norm of the whole vector; null where it says nothing, in other types than float32
   */
  record Embedding(
      @JsonUnwrapped Provenance provenance,
      int tokenCount,
      int originalTokenCount,
      boolean truncated,
      String sourceTopic,
      int sourcePartition,
      long sourceOffset,
      List<Float> embedding,
      Double norm) {

    static Embedding of(QuestionEmbedding embedding) {
      List<Float> vector = embedding.getEmbedding();
      double square = vector.stream().mapToDouble(value -> (double) value * value).sum();
      return new Embedding(
          Provenance.of(embedding),
          embedding.getTokenCount(),
          embedding.getOriginalTokenCount(),
          embedding.getTruncated(),
          embedding.getSourceTopic(),
          embedding.getSourcePartition(),
          embedding.getSourceOffset(),
          vector.subList(0, Math.min(SHOWN_ELEMENTS, vector.size())),
          embedding.getVectorType().equals(VectorType.FLOAT32.label()) ? Math.sqrt(square) : null);
    }
  }

  static JourneyJson of(Journey journey, Neighbours neighbours) {
    QuestionEmbedding embedding =
        journey.answer() instanceof Journey.Answer.Embedded embedded ? embedded.embedding() : null;
    return new JourneyJson(
        journey.id(),
        journey.trail().isPresent(),
        steps(journey),
        embedding == null ? null : Embedding.of(embedding),
        journey.answer() instanceof Journey.Answer.Rejected rejected ? rejected : null,
        embedding == null || neighbours == Neighbours.NONE
            ? null
            : neighbours.nearest(
                Provenance.of(embedding)
                    .computed()
                    .coordinates(FloatVector.toArray(embedding.getEmbedding()))));
  }

  private static List<Step> steps(Journey journey) {
    List<Step> steps = new ArrayList<>();
    double last = 0;
    for (Journey.Step step : journey.steps()) {
      steps.add(new Step(step, Math.max(0, step.atMs() - last))); // the broker's may be late
      last = Math.max(last, step.atMs());
    }
    return steps;
  }
}
