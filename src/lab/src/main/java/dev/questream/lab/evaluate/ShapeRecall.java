package dev.questream.lab.evaluate;

import dev.questream.encoder.VectorShape;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.provenance.VectorType;

/** Answer recall with the vectors of questions and passages in a shape. */
public record ShapeRecall(VectorShape shape, AnswerRecall recall) {

  /** Bytes that a store needs for a vector. */
  int bytes() {
    return shape.type().bytes(shape.dimensions());
  }

  /** The shape in a few words, with the bytes of a vector. */
  String label() {
    String type = shape.type() == VectorType.FLOAT32 ? "" : ", " + shape.type().label();
    return "%d dimensions%s (%,d B)".formatted(shape.dimensions(), type, bytes());
  }
}
