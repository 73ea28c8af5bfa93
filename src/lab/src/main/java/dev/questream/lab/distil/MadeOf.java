package dev.questream.lab.distil;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.config.QuestreamConfig;
import dev.questream.weights.Sha256;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What course and training are made of: change any of it, and they would be others. */
final class MadeOf {

  private MadeOf() {}

  /** A model's fact: its weights and its tokenizer. */
  private static String model(String weightsSha256, byte[] tokenizer) {
    return Sha256.of((weightsSha256 + Sha256.of(tokenizer)).getBytes(UTF_8));
  }

  /** Candidates and scores. */
  static Identity course(DistilOptions options, DistilInputs inputs, Library library)
      throws IOException {
    QuestreamConfig config = inputs.config();
    PublishedModel student = inputs.student();
    Map<String, String> facts = new TreeMap<>();
    facts.put("--question-model", model(student.weightsSha256(), student.tokenizerJson()));
    facts.put("encoder.prefix", config.prefix().orElse("the model's"));
    facts.put("encoder.truncation", config.getString(QuestreamConfig.TRUNCATION));
    facts.put("the questions learnt from", Identity.digest(inputs.splits().training().questions()));
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
    inputs
        .reader()
        .ifPresent(
            reader -> facts.put("--reader", model(reader.weightsSha256(), reader.tokenizerJson())));
    inputs.scoreFile().ifPresent(file -> facts.put("--teacher-scores", file.sha256()));
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
