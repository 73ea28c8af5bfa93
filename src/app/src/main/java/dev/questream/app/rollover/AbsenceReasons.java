package dev.questream.app.rollover;

import dev.questream.app.deadletter.DeadLetter;
import dev.questream.app.kafka.RecordPosition;
import dev.questream.app.kafka.TopicScan;
import dev.questream.serde.DeadLetterHeaders;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds out why a side has no embedding of ids that the other one has.
 *
 * <p>Memory for these ids only: of the dead letters, those of other questions are passed over.
 */
final class AbsenceReasons {
  private final Side side;
  private final GroupProgress progress;
  private final long recent;
  private final Set<RecordPosition> dead = new HashSet<>();

  /**
   * @param side that has none
   * @param progress of this side, from before its embeddings were read
   * @param recent so many questions at the end of a partition may be under way
   */
  AbsenceReasons(Side side, GroupProgress progress, long recent) {
    this.side = side;
    this.progress = progress;
    this.recent = recent;
  }

  /**
   * Counts the reasons.
   *
   * @param missing by id, what the other side has
   * @param own what this side has of all ids: deletions are among it
   */
  Map<Absence, Integer> count(Map<String, Embedded> missing, Map<String, Embedded> own) {
    readDeadLetters(missing);
    Map<Absence, Integer> counts = new EnumMap<>(Absence.class);
    missing.forEach((id, embedded) -> counts.merge(reason(embedded, own.get(id)), 1, Integer::sum));
    return counts;
  }

  private void readDeadLetters(Map<String, Embedded> missing) {
    Set<RecordPosition> places = new HashSet<>();
    missing.values().forEach(embedded -> places.add(embedded.place()));
    try (TopicScan scan = new TopicScan(side.config(), side.deadLetters())) {
      while (!places.isEmpty() && scan.hasNext()) {
        DeadLetter letter = new DeadLetter(scan.next());
        if (letter.header(DeadLetterHeaders.APPLICATION).equals(side.application())) {
          letter
              .source()
              .map(from -> new RecordPosition(from.topic(), from.partition(), from.offset()))
              .filter(places::contains)
              .ifPresent(dead::add);
        }
      }
    }
  }

  private Absence reason(Embedded other, Embedded own) {
    RecordPosition place = other.place();
    GroupProgress.Span span = progress.partitions().get(place.partition());
    if (own != null && own.deleted()) {
      return Absence.DELETED;
    }
    if (!place.topic().equals(side.questions()) || span == null) {
      return Absence.OTHER_TOPIC;
    }
    if (dead.contains(place)) {
      return Absence.DEAD_LETTERED;
    }
    if (place.offset() < span.begin()) {
      return Absence.RETENTION;
    }
    if (place.offset() >= span.end() - recent) {
      return Absence.IN_FLIGHT;
    }
    return place.offset() >= span.committed() ? Absence.NOT_REACHED : Absence.UNANSWERED;
  }
}
