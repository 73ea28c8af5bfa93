package dev.questream.app.rollover;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.questream.app.io.Json;
import dev.questream.provenance.Provenance;
import java.util.Map;

/** Where a roll-over stands, for scripts; what is not known is null. */
public final class StatusJson {
  private StatusJson() {}

  /** One JSON object in one line. */
  public static String of(RolloverStatus status) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
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
      Map<Provenance, Integer> models) {
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
    models.forEach((model, count) -> all.add(Json.tree(model).put("compared_ids", count)));
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
    json.set("cosine", drift.cosines().map(Json::tree).orElse(null));
    json.set(
        "neighbour_overlap",
        drift
            .overlap()
            .map(overlap -> Json.tree(overlap.shares()).put("k", overlap.k()))
            .orElse(null));
  }
}
