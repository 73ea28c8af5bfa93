package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What course and training are made of: change any of it, and they would be others. */
final class MadeOf {

  private MadeOf() {}

  /** A model's fact: its weights and its tokenizer. */
  static String model(String weightsSha256, byte[] tokenizer) {
    return Sha256.of((weightsSha256 + Sha256.of(tokenizer)).getBytes(UTF_8));
  }

  /**
   * Candidates and scores.
   *
   * @param reader its fact; empty where scores come from a file
   */
  static Identity course(
      DistilOptions options,
      QuestreamConfig config,
      PublishedModel student,
      Splits splits,
      Library library,
      Optional<String> reader)
      throws IOException {
    Map<String, String> facts = new TreeMap<>();
    facts.put("--question-model", model(student.weightsSha256(), student.tokenizerJson()));
    facts.put("encoder.prefix", config.prefix().orElse("the model's"));
    facts.put("encoder.truncation", config.getString(QuestreamConfig.TRUNCATION));
    facts.put("the questions learnt from", Identity.digest(splits.training().questions()));
    facts.put("--passages", library.passages().sha256());
    facts.put(
        "--passage-model",
        library
            .vectors()
            .provenance()
            .map(made -> made.model().weightsSha256())
            .orElseGet(() -> library.vectors().path().toAbsolutePath().toString()));
    facts.put("--top-k", Integer.toString(options.topK));
    facts.put("--match", options.match.name());
    reader.ifPresent(fact -> facts.put("--reader", fact));
    if (options.teacherScores != null) {
      facts.put("--teacher-scores", Sha256.of(options.teacherScores));
    }
    return new Identity(facts);
  }

  /** What is learnt from a course. */
  static Identity training(
      Identity course, Distillation.Recipe recipe, Object dropout, Splits splits) {
    Map<String, String> facts = new TreeMap<>(course.facts());
    facts.put("the questions held out", Identity.digest(splits.heldOut().questions()));
    facts.put("the loss", recipe.objective().toString());
    facts.put("--epochs", Integer.toString(recipe.epochs()));
    facts.put("--batch", Integer.toString(recipe.batch()));
    facts.put("--learning-rate", Double.toString(recipe.rate()));
    facts.put("--seed", Integer.toString(recipe.seed()));
    facts.put("--dropout", dropout.toString());
    return new Identity(facts);
  }
}
