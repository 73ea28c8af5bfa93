package dev.questream.lab.chaos;

import java.time.Duration;
import java.util.List;

/**
 * How the stand-in encoder behaves, as a child process is told.
 *
 * @param maxDelay the longest that a batch takes; each takes a random part of it
 * @param hang how long {@link Mark#HANG} hangs unless it is interrupted
 * @param sabotage what the application is made to do wrong, to prove that it is noticed
 */
public record StandInSettings(Duration maxDelay, Duration hang, Sabotage sabotage) {

  List<String> toArguments() {
    return List.of(
        Long.toString(maxDelay.toMillis()), Long.toString(hang.toMillis()), sabotage.name());
  }

  static StandInSettings of(List<String> arguments) {
    return new StandInSettings(
        Duration.ofMillis(Long.parseLong(arguments.get(0))),
        Duration.ofMillis(Long.parseLong(arguments.get(1))),
        Sabotage.valueOf(arguments.get(2)));
  }
}
