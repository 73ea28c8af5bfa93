package dev.questream.lab.distil;

import dev.questream.encoder.EncoderInput;
import dev.questream.engine.TorchReader;
import dev.questream.lab.retrieval.Passage;
import java.util.List;

/** A reader that scores every candidate. */
final class ReaderTeacher implements Teacher {
  private final TorchReader reader;

  ReaderTeacher(TorchReader reader) {
    this.reader = reader;
  }

  @Override
  public float[] scores(String question, List<Passage> candidates) {
    try (TorchReader.Session session = reader.openSession()) {
      return session.scores(
          question,
          candidates.stream()
              .map(passage -> EncoderInput.passage(passage.title(), passage.text()))
              .toList());
    }
  }
}
