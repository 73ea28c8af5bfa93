package dev.questream.lab.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.recall.Comparison;
import dev.questream.lab.retrieval.recall.PublishedRecall;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results as JSON for programs: shares between 0 and 1, provenance, and every question. */
public final class ReportJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ReportJson() {}

  /** The whole document. */
  public static String of(Results results) {
    ObjectNode report = JSON.createObjectNode();
    Task task = results.task();
    report
        .putObject("questions")
        .put("count", task.questions().size())
        .put("sha256", task.questions().sha256());
    report
        .putObject("passages")
        .put("count", task.passages().size())
        .put("sha256", task.passages().sha256());
    report.put("match", task.mode().name().toLowerCase(Locale.ROOT));
    ArrayNode models = report.putArray("models");
    results.outcomes().forEach(outcome -> model(models.addObject(), outcome, results));
    results.questionCosines().ifPresent(c -> cosine(report.putObject("question_cosine"), c));
    results.passageCosines().ifPresent(c -> cosine(report.putObject("passage_cosine"), c));
    ArrayNode comparisons = report.putArray("comparison");
    results.comparisons().forEach(c -> comparison(comparisons.addObject(), c));
    questions(report.putArray("first_hits"), results);
    return report.toPrettyString() + "\n";
  }

  private static void model(ObjectNode node, Outcome outcome, Results results) {
    node.put("label", outcome.label());
    provenance(node.putObject("question_encoder"), outcome.questions().provenance());
    node.put("question_source", outcome.questions().source());
    node.put("questions_without_vector", outcome.questions().without());
    outcome.passageModel().ifPresent(p -> provenance(node.putObject("passage_encoder"), p));
    node.put("passage_embeddings", outcome.passagePath().toString());
    ObjectNode recall = node.putObject("recall");
    for (int k : results.task().ks()) {
      recall.put(Integer.toString(k), outcome.recall().at(k));
    }
    Optional<PublishedRecall> published = results.published(outcome);
    published.ifPresent(
        p -> {
          ObjectNode percent = node.putObject("published_percent");
          percent.put("set", p.set());
          p.percent().forEach((k, value) -> percent.put(Integer.toString(k), value));
        });
  }

  private static void provenance(ObjectNode node, Provenance provenance) {
    node.put("model_id", provenance.modelId())
        .put("model_revision", provenance.revision())
        .put("weights_sha256", provenance.weightsSha256())
        .put("tokenizer_sha256", provenance.tokenizerSha256())
        .put("precision", provenance.precision())
        .put("pooling", provenance.pooling())
        .put("normalized", provenance.normalized())
        .put("prefix", provenance.prefix());
  }

  private static void cosine(ObjectNode node, CosineSummary cosine) {
    node.put("count", cosine.count()).put("min", cosine.min()).put("mean", cosine.mean());
  }

  private static void comparison(ObjectNode node, Comparison comparison) {
    node.put("k", comparison.k())
        .put("only_first", comparison.wins())
        .put("only_second", comparison.losses())
        .put("difference", comparison.difference())
        .put("low", comparison.low())
        .put("high", comparison.high());
  }

  /** For each question the rank of its first hit with each model; 0 for none. */
  private static void questions(ArrayNode node, Results results) {
    List<AnswerRecall> recalls = results.outcomes().stream().map(Outcome::recall).toList();
    for (int i = 0; i < results.task().questions().size(); i++) {
      ObjectNode question = node.addObject();
      question.put("question", results.task().questions().questions().get(i).question());
      ArrayNode ranks = question.putArray("rank");
      for (AnswerRecall recall : recalls) {
        ranks.add(recall.firstHits()[i]);
      }
    }
  }
}
