package dev.questream.lab.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.questream.app.io.Json;
import dev.questream.lab.retrieval.recall.AnswerRecall;
import dev.questream.lab.retrieval.recall.RecallComparison;
import dev.questream.provenance.Provenance;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The results as JSON for programs: shares between 0 and 1, provenance, and every question. What
 * was not measured is left out.
 *
 * @param comparison the first model with the second, at each k
 * @param firstHits one for each question
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReportJson(
    File questions,
    File passages,
    String match,
    List<Model> models,
    CosineSummary questionCosine,
    CosineSummary passageCosine,
    List<RecallComparison> comparison,
    List<FirstHit> firstHits) {

  record File(int count, String sha256) {}

  /**
   * A model.
   *
   * @param recall by k
   * @param shapes recall with vectors in other shapes; null for none
   * @param publishedPercent the set, whether it is known by its name alone, and recall in percent
   *     by k
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Model(
      String label,
      Provenance questionEncoder,
      String questionSource,
      int questionsWithoutVector,
      Provenance passageEncoder,
      String passageEmbeddings,
      Map<Integer, Double> recall,
      List<Shape> shapes,
      Map<String, Object> publishedPercent) {

    static Model of(Outcome outcome, Results results) {
      List<Shape> shapes =
          outcome.shapes().stream().map(in -> Shape.of(in, results.task())).toList();
      return new Model(
          outcome.label(),
          outcome.questions().provenance(),
          outcome.questions().source(),
          outcome.questions().without(),
          outcome.passageProvenance().orElse(null),
          outcome.passagePath().toString(),
          byK(outcome.recall(), results.task()),
          shapes.isEmpty() ? null : shapes,
          published(outcome, results));
    }

    private static Map<String, Object> published(Outcome outcome, Results results) {
      return results
          .published(outcome)
          .map(
              found -> {
                Map<String, Object> percent = new LinkedHashMap<>();
                percent.put("set", found.set());
                percent.put("by_name", found.byName());
                found.percent().forEach((k, value) -> percent.put(Integer.toString(k), value));
                return percent;
              })
          .orElse(null);
    }
  }

  /** A shape of vectors, bytes each. */
  record Shape(int dimensions, String vectorType, int bytes, Map<Integer, Double> recall) {

    static Shape of(ShapeRecall in, Task task) {
      return new Shape(
          in.shape().dimensions(), in.shape().type().label(), in.bytes(), byK(in.recall(), task));
    }
  }

  private static Map<Integer, Double> byK(AnswerRecall recall, Task task) {
    Map<Integer, Double> byK = new LinkedHashMap<>();
    task.ks().forEach(k -> byK.put(k, recall.at(k)));
    return byK;
  }

  /**
   * A question.
   *
   * @param rank of its first hit with each model; 0 for none
   */
  record FirstHit(String question, List<Integer> rank) {

    static FirstHit of(int index, Results results) {
      return new FirstHit(
          results.task().questions().questions().get(index).question(),
          results.outcomes().stream().map(o -> o.recall().firstHits()[index]).toList());
    }
  }

  /** The whole document. */
  public static String of(Results results) {
    Task task = results.task();
    ReportJson report =
        new ReportJson(
            new File(task.questions().size(), task.questions().sha256()),
            new File(task.passages().size(), task.passages().sha256()),
            task.questions().match(task.mode()),
            results.outcomes().stream().map(outcome -> Model.of(outcome, results)).toList(),
            results.questionCosines().orElse(null),
            results.passageCosines().orElse(null),
            results.comparisons(),
            IntStream.range(0, task.questions().size())
                .mapToObj(question -> FirstHit.of(question, results))
                .toList());
    return Json.indented(report) + "\n";
  }
}
