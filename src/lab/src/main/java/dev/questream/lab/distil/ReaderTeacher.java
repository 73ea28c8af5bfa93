package dev.questream.lab.distil;

import dev.questream.encoder.EncoderInput;
import dev.questream.engine.TorchReader;
import dev.questream.lab.retrieval.Passage;
import dev.questream.weights.ModelException;
import java.util.List;

/** A reader that scores every candidate. */
final class ReaderTeacher implements Teacher {
  private final TorchReader reader;

  ReaderTeacher(TorchReader reader) {
    this.reader = reader;
  }

  @Override
  public float[] scores(String question, List<Passage> candidates) {
    float[] scores;
    try (TorchReader.Session session = reader.openSession()) {
      scores =
          session.scores(
              question,
              candidates.stream()
                  .map(passage -> EncoderInput.passage(passage.title(), passage.text()))
                  .toList());
    }
    for (int i = 0; i < scores.length; i++) {
      if (!Float.isFinite(scores[i])) {
        throw new ModelException(
            "the reader's score of passage %s for the question \"%s\" is %s; its weights are damaged"
                .formatted(candidates.get(i).id(), question, scores[i]));
      }
    }
    return scores;
  }
}
