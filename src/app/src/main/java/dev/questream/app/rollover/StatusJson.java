package dev.questream.app.rollover;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Where a roll-over stands, for scripts; what is not known is null. */
public final class StatusJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StatusJson() {}

  /** One JSON object in one line. */
  public static String of(RolloverStatus status) {
    ObjectNode json = JSON.createObjectNode();
    json.put("ready", status.ready());
    status.verdict().blockers().forEach(json.putArray("blockers")::add);
    status.verdict().warnings().forEach(json.putArray("warnings")::add);
    Comparison comparison = status.comparison();
    side(
        json.putObject("old"),
        status.sides().before(),
        status.progress().before(),
        status.pace().before(),
        comparison.ids().before(),
        comparison.models().before());
    side(
        json.putObject("new"),
        status.sides().after(),
        status.progress().after(),
        status.pace().after(),
        comparison.ids().after(),
        comparison.models().after());
    comparison(json.putObject("ids"), comparison);
    drift(json.putObject("drift"), comparison.drift());
    return json.toString();
  }

  private static void side(
      ObjectNode json,
      Side side,
      GroupProgress progress,
      GroupProgress.Pace pace,
      long ids,
      Map<ModelIdentity, Integer> models) {
    json.put("application_id", side.application())
        .put("embeddings_topic", side.embeddings())
        .put("dlq_topic", side.deadLetters())
        .put("group_state", progress.state())
        .put("members", progress.members())
        .put("read", progress.read())
        .put("total", progress.total())
        .put("percent", progress.percent())
        .put("lag", progress.lag())
        .put("read_per_second", pace.read())
        .put("asked_per_second", pace.asked());
    if (Double.isInfinite(pace.etaSeconds())) {
      json.putNull("eta_seconds");
    } else {
      json.put("eta_seconds", pace.etaSeconds());
    }
    json.put("ids", ids);
    ArrayNode all = json.putArray("models");
    models.forEach((model, count) -> model(all.addObject(), model, count));
  }

  private static void model(ObjectNode json, ModelIdentity model, int count) {
    json.put("model_id", model.id())
        .put("model_revision", model.revision())
        .put("weights_sha256", model.weightsSha256())
        .put("tokenizer_sha256", model.tokenizerSha256())
        .put("pooling", model.pooling())
        .put("normalized", model.normalized())
        .put("precision", model.precision())
        .put("prefix", model.prefix())
        .put("dimensions", model.dimensions())
        .put("compared_ids", count);
  }

  private static void comparison(ObjectNode json, Comparison comparison) {
    json.put("share", comparison.share())
        .put("compared", comparison.compared())
        .put("both", comparison.both())
        .put("different_questions", comparison.older());
    reasons(json.putObject("only_old"), comparison.onlyOld());
    reasons(json.putObject("only_new"), comparison.onlyNew());
  }

  private static void reasons(ObjectNode json, Map<Absence, Integer> counts) {
    for (Absence reason : Absence.values()) {
      json.put(reason.code().replace('-', '_'), Comparison.count(counts, reason));
    }
  }

  private static void drift(ObjectNode json, Drift drift) {
    json.put("pairs", drift.pairs());
    json.set("cosine", drift.cosines().map(StatusJson::distribution).orElse(null));
    json.set(
        "neighbour_overlap",
        drift
            .overlap()
            .map(overlap -> distribution(overlap.shares()).put("k", overlap.k()))
            .orElse(null));
  }

  private static ObjectNode distribution(Drift.Distribution values) {
    return JSON.createObjectNode()
        .put("mean", values.mean())
        .put("min", values.min())
        .put("p5", values.p5())
        .put("p50", values.p50())
        .put("p95", values.p95());
  }
}
