package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.Progress;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.VectorShape;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.lab.retrieval.vector.ShapedVectors;
import dev.questream.model.Encoders;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;

/**
 * The vectors of a set of questions, in its order. A question without a vector is a row of NaN: it
 * finds nothing and counts as not answered.
 *
 * @param matrix [questions, dimensions], row after row; of another type than float32, coordinates
 * @param provenance where they come from
 * @param without questions that have no vector
 * @param source where the vectors come from, for people
 */
@SuppressWarnings("ArrayRecordComponent") // a matrix; not compared
public record QuestionVectors(float[] matrix, Provenance provenance, int without, String source) {

  /**
   * Encodes the questions, white space around them left out as in DPR.
   *
   * @throws dev.questream.weights.ModelException if the model cannot be used for questions
   */
  static QuestionVectors encode(QuestreamConfig config, QuestionSet questions, Console console)
      throws IOException {
    try (BatchingEncoder encoder = Encoders.open(config, EncoderRole.QUESTION)) {
      Rows rows = new Rows(questions.size(), encoder.info().provenance());
      Progress progress = console.progress("encoding questions", questions.size());
      Iterator<QuestionAnswers> next = questions.questions().iterator();
      OrderedEncoding.run(
          encoder,
          () -> next.hasNext() ? EncoderInput.question(next.next().question().strip()) : null,
          new OrderedEncoding.Sink() {
            @Override
            public void encoded(Embedding embedding) {
              rows.add(embedding.vector());
              progress.at(rows.size(), "");
            }

            @Override
            public void rejected(EncoderException failure) {
              console
                  .err()
                  .printf(
                      "question %,d cannot be encoded and counts as not answered: %s%n",
                      rows.size() + 1, failure.getMessage());
              rows.add(null);
            }
          });
      progress.done();
      return rows.toVectors("encoded here");
    }
  }

  /** Collects vectors in order. */
  static final class Rows {
    private final float[] matrix;
    private final Provenance provenance;
    private final int dimensions;
    private int size;
    private int without;

    Rows(int questions, Provenance provenance) {
      this.provenance = provenance;
      this.dimensions = provenance.computed().dimensions();
      this.matrix = new float[Math.multiplyExact(questions, dimensions)];
    }

    /**
     * @param vector null if the question has none
     */
    void add(float[] vector) {
      if (vector == null) {
        Arrays.fill(matrix, size * dimensions, (size + 1) * dimensions, Float.NaN);
        without++;
      } else {
        System.arraycopy(vector, 0, matrix, size * dimensions, dimensions);
      }
      size++;
    }

    int size() {
      return size;
    }

    QuestionVectors toVectors(String source) {
      return new QuestionVectors(matrix, provenance, without, source);
    }
  }

  /** Numbers of a vector. */
  public int dimensions() {
    return provenance.computed().dimensions();
  }

  /** What the vectors are. */
  VectorShape shape() {
    return shape(provenance.computed());
  }

  static VectorShape shape(Provenance.Computation computed) {
    return new VectorShape(computed.dimensions(), VectorType.of(computed.vectorType()));
  }

  /** The vectors of a model in another shape. */
  QuestionVectors in(VectorShape shape) {
    Provenance.Computation computed = provenance.computed();
    return new QuestionVectors(
        ShapedVectors.of(matrix, dimensions(), shape, computed.normalized()),
        new Provenance(provenance.model(), shape.of(computed)),
        without,
        source);
  }
}
