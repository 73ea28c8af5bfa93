package dev.questream.lab.chaos.guarantee;

import dev.questream.avro.QuestionEmbedding;
import dev.questream.serde.FloatVector;
import java.util.Objects;

/**
 * Every embedding has the vector of its own question's text, and its question's id, text, metadata,
 * times and source; a tombstone has the id that was deleted.
 */
public final class WrongVector implements Guarantee {
  private final Positions positions;
  private final Expected.Workload workload;
  private final VectorReference reference;
  private final String questionsTopic;
  private final Findings findings = new Findings();

  public WrongVector(
      Positions positions,
      Expected.Workload workload,
      VectorReference reference,
      String questionsTopic) {
    this.positions = positions;
    this.workload = workload;
    this.reference = reference;
    this.questionsTopic = questionsTopic;
  }

  @Override
  public String name() {
    return "wrong vector";
  }

  @Override
  public void onProduced(Produced produced) {}

  @Override
  public void onConsumed(Consumed consumed) {
    if (consumed instanceof Consumed.Embedded embedded) {
      check(embedded);
    } else if (consumed instanceof Consumed.Deleted deleted) {
      check(deleted);
    } else if (consumed instanceof Consumed.Stray stray) {
      findings.add("%s answers nothing that was asked: %s", stray.place(), stray.why());
    }
  }

  private void check(Consumed.Deleted deleted) {
    boolean right =
        workload.expected(deleted.number()) instanceof Expected.Tombstone tombstone
            && tombstone.id().equals(deleted.key());
    if (!right) {
      findings.add(
          "%s is a tombstone of %s for %s",
          deleted.place(), deleted.key(), positions.describe(deleted.number()));
    }
  }

  private void check(Consumed.Embedded embedded) {
    if (workload.expected(embedded.number()) instanceof Expected.Embedding question) {
      check(embedded, question);
    } else {
      findings.add(
          "%s is an embedding of %s, which must have none",
          embedded.place(), positions.describe(embedded.number()));
    }
  }

  private void check(Consumed.Embedded embedded, Expected.Embedding question) {
    QuestionEmbedding value = embedded.value();
    float[] vector = FloatVector.toArray(value.getEmbedding());
    same(embedded, "key", embedded.key(), question.id());
    same(embedded, "source timestamp", embedded.timestampMs(), question.timestampMs());
    same(embedded, "id", value.getId(), question.id());
    same(embedded, "text", value.getText(), question.text());
    same(embedded, "metadata", value.getMetadata(), question.metadata());
    same(embedded, "asked_at_ms", value.getAskedAtMs(), question.askedAtMs());
    same(embedded, "dimensions", value.getDimensions(), vector.length);
    same(embedded, "source_topic", value.getSourceTopic(), questionsTopic);
    if (positions.known(embedded.number())) {
      int partition = positions.partition(embedded.number());
      same(embedded, "source_partition", value.getSourcePartition(), partition);
      same(embedded, "source_offset", value.getSourceOffset(), positions.offset(embedded.number()));
    }
    if (!reference.matches(question.text(), vector)) {
      findings.add(
          "%s has not the vector of %s, id %s, text '%s'",
          embedded.place(), positions.describe(embedded.number()), question.id(), question.text());
    }
  }

  private void same(Consumed.Embedded embedded, String field, Object found, Object expected) {
    if (!Objects.equals(found, expected)) {
      findings.add(
          "%s has %s %s, expected %s for %s",
          embedded.place(), field, found, expected, positions.describe(embedded.number()));
    }
  }

  @Override
  public Violations violations() {
    return findings.toViolations();
  }
}
