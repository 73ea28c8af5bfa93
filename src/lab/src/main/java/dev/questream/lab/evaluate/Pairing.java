package dev.questream.lab.evaluate;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.checkpoint.Companions;
import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.encoder.VectorShape;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.weights.Sha256;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the vectors of questions and passages belong together. A topic says which model made its
 * vectors; two that are not known as a pair must be meant.
 */
public final class Pairing {
  private Pairing() {}

  /**
   * Refuses vectors of a topic that belong to no pair.
   *
   * @param asked the question encoder
   * @throws FatalException says who made both
   */
  static void require(Provenance.Model asked, PassageSource source, PassageVectors passages) {
    Optional<Provenance> made = passages.provenance();
    if (made.isEmpty()) {
      return;
    }
    Provenance.Model found = made.get().model();
    boolean pair =
        source.named()
            ? !source.fromTopic() || isNamed(source, found)
            : found.weightsSha256().equals(asked.weightsSha256())
                || Companions.of(asked.id()).equals(Optional.of(found.id()));
    if (!pair) {
      throw new FatalException(
          ExitCode.USAGE,
          "the questions' vectors were made by %s, the passages' by %s, which is not known to belong to it; name the passage encoder that does with --passage-model"
              .formatted(asked.describe(), made.get().describe()));
    }
  }

  /**
   * Refuses vectors of a topic that a question encoder cannot learn from.
   *
   * @throws FatalException if they belong to no pair, or are not as their model makes them
   */
  public static void requireWhole(
      PublishedModel encoder, PassageSource source, PassageVectors passages) {
    require(
        new Provenance.Model(
            encoder.id(),
            encoder.revision(),
            encoder.weightsSha256(),
            Sha256.of(encoder.tokenizerJson())),
        source,
        passages);
    Provenance.Computation computed = passages.provenance().orElseThrow().computed();
    if (!computed.vectorType().equals(VectorType.FLOAT32.label())) {
      throw new FatalException(
          ExitCode.USAGE,
          "the passages' vectors have %s, and an encoder learns from float32; leave --passages-from-topic out, and the passages are encoded here"
              .formatted(computed.describeVector()));
    }
  }

  /** By its id, or by its folder, of which the id is the last name. */
  private static boolean isNamed(PassageSource source, Provenance.Model found) {
    String named = source.config().getString(QuestreamConfig.MODEL).replaceFirst("@.*$", "");
    Path last = Path.of(named).getFileName();
    return found.id().equals(named) || last != null && found.id().equals(last.toString());
  }

  /**
   * The questions in the shape that the topic's passages have.
   *
   * @throws FatalException if they come from a topic themselves, in another
   */
  static QuestionVectors inShapeOf(
      PassageVectors passages, Contender contender, QuestionVectors questions) {
    Provenance.Computation computed = passages.provenance().orElseThrow().computed();
    VectorShape shape = QuestionVectors.shape(computed);
    if (shape.equals(questions.shape())) {
      return questions;
    }
    if (contender.fromTopic() || shape.dimensions() > questions.dimensions()) {
      throw new FatalException(
          ExitCode.USAGE,
          "the questions' vectors have %s, the passages' have %s; embed both in one shape"
              .formatted(
                  questions.provenance().computed().describeVector(), computed.describeVector()));
    }
    return questions.in(shape);
  }
}
