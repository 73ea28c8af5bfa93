package dev.questream.lab.chaos.guarantee;

import dev.questream.app.kafka.RecordPosition;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.FloatVector;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small stream for the guarantees: what was asked, and answers to it, right or wrong. */
final class Scene {
  static final VectorReference REFERENCE =
      (text, vector) -> Arrays.equals(vector, new float[] {text.hashCode() % 1000});

  final Positions positions = new Positions();
  final Lost lost = new Lost(positions, this::expected);
  final Duplicated duplicated = Duplicated.never(positions);
  final Reordered reordered = new Reordered(positions, this::expected);
  final WrongVector wrongVector =
      new WrongVector(positions, this::expected, REFERENCE, "questions");
  final DeadLettered deadLettered = new DeadLettered(positions, this::expected);
  final List<Guarantee> all = List.of(lost, duplicated, reordered, wrongVector, deadLettered);

  private final Map<Integer, Expected> workload = new HashMap<>();
  private final Map<Integer, Long> ends = new HashMap<>();
  private long written;

  Expected expected(int number) {
    return workload.get(number);
  }

  private int ask(Expected expected, int partition) {
    int number = workload.size();
    workload.put(number, expected);
    long offset = ends.merge(partition, 1L, Long::sum) - 1;
    Produced produced = new Produced(number, partition, offset);
    positions.put(produced);
    all.forEach(guarantee -> guarantee.onProduced(produced));
    return number;
  }

  int question(int partition) {
    int number = workload.size();
    return ask(
        new Expected.Embedding(
            "q" + number, "text " + number, Map.of("k", "v"), 1000 + number, 1000 + number),
        partition);
  }

  /** One that asks what came before, and is skipped. */
  int unchanged(int first) {
    return ask(
        new Expected.Unchanged((Expected.Embedding) expected(first)), positions.partition(first));
  }

  int tombstone(int target) {
    return ask(new Expected.Tombstone("q" + target, target), positions.partition(target));
  }

  int poison(int partition, String reason) {
    byte[] key = bytes("q" + workload.size());
    return ask(new Expected.DeadLetter(reason, key, bytes("raw"), 77), partition);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  RecordPosition place(String topic) {
    return new RecordPosition(topic, 0, written++);
  }

  void answer(Consumed consumed) {
    all.forEach(guarantee -> guarantee.onConsumed(consumed));
  }

  void answer(int number) {
    answer(right(number));
  }

  /** The answer that must come. */
  Consumed right(int number) {
    if (expected(number) instanceof Expected.Tombstone tombstone) {
      return new Consumed.Deleted(number, place("embeddings"), 0, tombstone.id());
    }
    if (expected(number) instanceof Expected.DeadLetter letter) {
      return letter(number, letter.reason(), letter.value());
    }
    return embedded(number, Map.of());
  }

  Consumed.DeadLetter letter(int number, String reason, byte[] value) {
    RecordPosition source =
        new RecordPosition("questions", positions.partition(number), positions.offset(number));
    byte[] key = bytes("q" + number);
    return new Consumed.DeadLetter(
        number, place("questions-dlq"), 0, reason, source, key, value, 77);
  }

  /** An embedding, with some of its fields replaced. */
  Consumed.Embedded embedded(int number, Map<String, Object> wrong) {
    String text = "text " + number;
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", "q" + number);
    fields.put("text", text);
    fields.put("embedding", new FloatVector(new float[] {text.hashCode() % 1000}));
    fields.put("dimensions", 1);
    for (String field :
        List.of("model_id", "model_revision", "weights_sha256", "tokenizer_sha256", "pooling")) {
      fields.put(field, "");
    }
    fields.put("normalized", false);
    fields.put("precision", "fp32");
    fields.put("prefix", "");
    fields.put("token_count", 1);
    fields.put("original_token_count", 1);
    fields.put("truncated", false);
    fields.put("metadata", Map.of("k", "v"));
    fields.put("asked_at_ms", 1000L + number);
    fields.put("source_topic", "questions");
    fields.put("source_partition", positions.partition(number));
    fields.put("source_offset", positions.offset(number));
    fields.put("embedded_at_ms", 5L);
    fields.put("passage_template", "");
    fields.putAll(wrong);
    QuestionEmbedding value = new QuestionEmbedding();
    fields.forEach((name, content) -> value.put(fieldIndex(name), content));
    return new Consumed.Embedded(
        number, place("embeddings"), 5, "q" + number, 1000L + number, value);
  }

  private static int fieldIndex(String name) {
    return QuestionEmbedding.getClassSchema().getField(name).pos();
  }

  /** The names of the guarantees that found something, with how much. */
  Map<String, Long> found() {
    Map<String, Long> found = new LinkedHashMap<>();
    for (Guarantee guarantee : all) {
      Violations violations = guarantee.violations();
      if (violations.count() > 0) {
        found.put(guarantee.name(), violations.count());
      }
    }
    return found;
  }
}
