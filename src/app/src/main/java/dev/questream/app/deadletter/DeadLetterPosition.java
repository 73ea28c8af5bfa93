package dev.questream.app.deadletter;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a dead letter lies in its topic, written {@code PARTITION:OFFSET}.
 *
 * @param partition partition of the dead letter topic
 * @param offset offset in it
 */
public record DeadLetterPosition(int partition, long offset) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}):(\\d{1,18})");

  /**
   * Reads a place.
   *
   * @throws FatalException (wrong usage) if it is none
   */
  public static DeadLetterPosition parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new FatalException(
          ExitCode.USAGE,
          "a dead letter is named PARTITION:OFFSET, such as 0:17, as `questream dlq list` shows it;"
              + " this is none: "
              + text);
    }
    return new DeadLetterPosition(
        Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return partition + ":" + offset;
  }
}
