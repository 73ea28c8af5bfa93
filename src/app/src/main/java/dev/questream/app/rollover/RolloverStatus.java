package dev.questream.app.rollover;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.kafka.Topics;
import dev.questream.app.rollover.Comparison.Sides;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Where a roll-over stands.
 *
 * @param sides the two applications
 * @param progress how far they had read when the embeddings were compared
 * @param pace how fast they read
 * @param comparison their embeddings
 * @param verdict what follows
 */
public record RolloverStatus(
    Sides<Side> sides,
    Sides<GroupProgress> progress,
    Sides<GroupProgress.Pace> pace,
    Comparison comparison,
    Verdict verdict) {

  /**
   * How to look.
   *
   * @param sample ids to compare at most
   * @param recent so many questions may be left, in all and at the end of a partition
   * @param interval between the two looks at the groups that the pace is taken from
   * @param accepted codes of reasons for which the new side may lack ids
   */
  public record Options(int sample, long recent, Duration interval, Set<String> accepted) {

    Set<Absence> reasons() {
      return accepted.stream().map(Options::reason).collect(Collectors.toSet());
    }

    private static Absence reason(String code) {
      for (Absence reason :
          List.of(Absence.RETENTION, Absence.DEAD_LETTERED, Absence.OTHER_TOPIC)) {
        if (reason.code().equals(code)) {
          return reason;
        }
      }
      throw new FatalException(
          ExitCode.USAGE, "--accept takes retention, dead-lettered or other-topic, not " + code);
    }
  }

  /**
   * Makes sure that the two can be compared.
   *
   * @throws FatalException if they share what they must not share, or do not share the questions
   */
  public static void requireComparable(Side before, Side after) {
    if (before.application().equals(after.application())) {
      throw new FatalException(
          ExitCode.USAGE,
          "old and new are the same application %s: a model is rolled over with a second application.id, whose group reads the questions from the beginning"
              .formatted(before.application()));
    }
    if (before.embeddings().equals(after.embeddings())) {
      throw new FatalException(
          ExitCode.USAGE,
          "both applications write to %s: vectors of two models cannot be told apart by those who search; give the new one a topic of its own (embeddings.topic)"
              .formatted(before.embeddings()));
    }
    if (!before.questions().equals(after.questions())) {
      throw new FatalException(
          ExitCode.USAGE,
          "the applications read different topics, %s and %s; the new one must read what the old one reads"
              .formatted(before.questions(), after.questions()));
    }
  }

  /** Looks: at the groups, at the topics, and at the groups again. */
  public static RolloverStatus of(Side before, Side after, Options options) {
    Sides<Side> sides = new Sides<>(before, after);
    Set<Absence> accepted = options.reasons();
    for (Side side : List.of(before, after)) {
      try (Topics topics = Topics.reached(side.config())) {
        topics.requireAll();
      }
    }
    try (Admin admin = Admin.create(before.config().adminSettings())) {
      Sides<GroupProgress> first = progress(admin, sides);
      Comparison comparison = Comparison.of(sides, first, options.sample(), options.recent());
      await(options.interval().toMillis() - (System.currentTimeMillis() - first.after().atMs()));
      Sides<GroupProgress> second = progress(admin, sides);
      return of(sides, first, second, comparison, options.recent(), accepted);
    }
  }

  /**
   * From two looks at the groups. Progress is that of the first: what is missing is missing as of
   * then, and by the second all may be read.
   */
  static RolloverStatus of(
      Sides<Side> sides,
      Sides<GroupProgress> first,
      Sides<GroupProgress> second,
      Comparison comparison,
      long recent,
      Set<Absence> accepted) {
    return new RolloverStatus(
        sides,
        first,
        new Sides<>(second.before().since(first.before()), second.after().since(first.after())),
        comparison,
        Verdict.of(sides, first, comparison, recent, accepted));
  }

  private static Sides<GroupProgress> progress(Admin admin, Sides<Side> sides) {
    return new Sides<>(
        GroupProgress.of(admin, sides.before()), GroupProgress.of(admin, sides.after()));
  }

  private static void await(long millis) {
    try {
      Thread.sleep(Math.max(0, millis));
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /** Whether consumers may be pointed at the new embeddings. */
  public boolean ready() {
    return verdict.ready();
  }
}
