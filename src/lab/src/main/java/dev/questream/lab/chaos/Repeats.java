package dev.questream.lab.chaos;

/**
 * Records of the workload that ask again under the id of an earlier one, with its text or another:
 * what they ask, and whether that changes anything. Like the workload a function of seed and
 * number: what came before is looked up in the few hundred records before it.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class Repeats {
  private static final int REACH = 300;
  private static final int VERSIONS = 3;
  private static final int DELETED = -1;

  private final Workload workload;

  Repeats(Workload workload) {
    this.workload = workload;
  }

  /** The first question of a record's id; the record itself if the id is new. */
  int origin(int number) {
    if (workload.kind(number) != Workload.Kind.REPEAT || number == 0) {
      return number;
    }
    int origin = number - 1 - workload.second(number).nextInt(Math.min(number, REACH));
    return workload.kind(origin).mayHaveAnEmbedding() ? origin : number;
  }

  /** Which of the texts of its id a record asks; 0 is that of the first. */
  int version(int number) {
    return origin(number) == number ? 0 : workload.second(number).split().nextInt(VERSIONS);
  }

  /** Whether a record asks what the latest of its id asked. */
  boolean changesNothing(int number) {
    return origin(number) != number && version(number) == latest(number);
  }

  /** The version of an id before one of its records. */
  private int latest(int number) {
    int origin = origin(number);
    for (int before = number - 1; before > origin; before--) {
      Workload.Kind kind = workload.kind(before);
      if (kind == Workload.Kind.TOMBSTONE && workload.target(before) == origin) {
        return DELETED;
      }
      if (kind == Workload.Kind.REPEAT && origin(before) == origin) {
        return version(before);
      }
    }
    return 0;
  }
}
