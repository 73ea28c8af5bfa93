package dev.questream.app.deadletter;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.processor.DeadLetterReason;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which dead letters are meant; what is empty excludes nothing.
 *
 * @param reasons codes, one of which it must have
 * @param since the earliest timestamp
 * @param places where it must lie
 */
public record DeadLetterFilter(Set<String> reasons, Instant since, Set<DeadLetterPosition> places) {
  private static final Pattern AGE = Pattern.compile("(\\d{1,9})([smhd])");

  /** All of them. */
  public static final DeadLetterFilter ALL =
      new DeadLetterFilter(Set.of(), Instant.EPOCH, Set.of());

  public DeadLetterFilter {
    reasons = Set.copyOf(reasons);
    places = Set.copyOf(places);
  }

  public boolean matches(DeadLetter letter) {
    return (reasons.isEmpty() || reasons.contains(letter.reason()))
        && (since.equals(Instant.EPOCH) || letter.record().timestamp() >= since.toEpochMilli())
        && (places.isEmpty() || places.contains(letter.place()));
  }

  /**
   * Checks codes of reasons.
   *
   * @throws FatalException (wrong usage) if one does not exist: a misspelt one would match nothing
   */
  public static Set<String> reasons(Collection<String> codes) {
    List<String> known =
        Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::code).toList();
    for (String code : codes) {
      if (!known.contains(code)) {
        throw new FatalException(
            ExitCode.USAGE,
            "there is no reason %s; the reasons are %s".formatted(code, String.join(", ", known)));
      }
    }
    return Set.copyOf(codes);
  }

  /**
   * Reads a point in time.
   *
   * @param text {@code 2026-11-23}, {@code 2026-11-23T10:00:00Z} (or with an offset), or an age:
   *     {@code 90s}, {@code 15m}, {@code 2h}, {@code 7d}, {@code PT1H30M}
   * @throws FatalException (wrong usage) if it is none
   */
  public static Instant since(String text, Instant now) {
    try {
      Matcher age = AGE.matcher(text);
      if (age.matches()) {
        long count = Long.parseLong(age.group(1));
        return now.minusSeconds(count * seconds(age.group(2)));
      }
      if (text.startsWith("P")) {
        return now.minus(Duration.parse(text));
      }
      return text.contains("T")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      throw new FatalException(
          ExitCode.USAGE,
          "--since takes a time (2026-11-23, 2026-11-23T10:00:00Z) or an age (15m, 2h, 7d, PT1H30M),"
              + " it is "
              + text,
          e);
    }
  }

  private static long seconds(String unit) {
    return switch (unit) {
      case "s" -> 1;
      case "m" -> 60;
      case "h" -> 3600;
      default -> 86_400;
    };
  }
}
