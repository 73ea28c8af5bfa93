package dev.questream.app.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.FloatVector;

/** A journey for the page. */
final class JourneyJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_ELEMENTS = 8;

  private JourneyJson() {}

  static ObjectNode of(Journey journey, Neighbours neighbours) {
    ObjectNode json = JSON.createObjectNode().put("id", journey.id());
    json.put("here", journey.trail().isPresent());
    ArrayNode steps = json.putArray("steps");
    double last = 0;
    for (Journey.Step step : journey.steps()) {
      steps
          .addObject()
          .put("name", step.name())
          .put("at_ms", step.atMs())
          .put("took_ms", Math.max(0, step.atMs() - last)) // the broker's answer may be late
          .put("note", step.note());
      last = Math.max(last, step.atMs());
    }
    if (journey.answer() instanceof Journey.Answer.Embedded embedded) {
      add(json.putObject("embedding"), embedded.embedding());
      addNeighbours(json, FloatVector.toArray(embedded.embedding().getEmbedding()), neighbours);
    } else if (journey.answer() instanceof Journey.Answer.Rejected rejected) {
      json.putObject("dead_letter")
          .put("reason", rejected.reason())
          .put("message", rejected.message());
    }
    return json;
  }

  private static void add(ObjectNode json, QuestionEmbedding embedding) {
    json.put("dimensions", embedding.getDimensions())
        .put("tokens", embedding.getTokenCount())
        .put("original_tokens", embedding.getOriginalTokenCount())
        .put("truncated", embedding.getTruncated())
        .put("model", embedding.getModelId())
        .put("precision", embedding.getPrecision())
        .put(
            "source",
            "%s-%d@%d"
                .formatted(
                    embedding.getSourceTopic(),
                    embedding.getSourcePartition(),
                    embedding.getSourceOffset()));
    float[] vector = FloatVector.toArray(embedding.getEmbedding());
    ArrayNode first = json.putArray("vector");
    double square = 0;
    for (int i = 0; i < vector.length; i++) {
      square += (double) vector[i] * vector[i];
      if (i < SHOWN_ELEMENTS) {
        first.add(vector[i]);
      }
    }
    json.put("norm", Math.sqrt(square));
  }

  private static void addNeighbours(ObjectNode json, float[] vector, Neighbours neighbours) {
    if (neighbours == Neighbours.NONE) {
      return;
    }
    ArrayNode found = json.putArray("passages");
    for (Neighbours.Neighbour neighbour : neighbours.nearest(vector)) {
      found
          .addObject()
          .put("title", neighbour.title())
          .put("text", neighbour.text())
          .put("score", neighbour.score());
    }
  }
}
