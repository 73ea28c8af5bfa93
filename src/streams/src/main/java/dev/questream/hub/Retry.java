package dev.questream.hub;

import dev.questream.weights.ModelException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed with an {@link IOException}: exponential backoff with jitter, or as long
 * as the server asks.
 *
 * @param attempts tries in a row that may fail without progress; at least 1
 * @param first delay after the first failure, doubled after each
 * @param longest bound of every delay, also of those that a server asks for
 * @param sleeper waits
 * @param jitter numbers from 0 to 1; a delay is scaled by one half to one
 */
record Retry(
    int attempts, Duration first, Duration longest, Sleeper sleeper, DoubleSupplier jitter) {
  private static final Logger LOG = LoggerFactory.getLogger(Retry.class);

  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  /** Something that may fail, and may come further each time. */
  interface Attempt<T> {
    T run() throws IOException;

    /** The furthest point so far; attempts are counted anew when it grew. */
    default long reached() {
      return 0;
    }
  }

  static Retry standard() {
    return new Retry(
        5,
        Duration.ofMillis(500),
        Duration.ofMinutes(2),
        time -> Thread.sleep(time.toMillis()),
        () -> ThreadLocalRandom.current().nextDouble());
  }

  /** The same with a single attempt. */
  Retry once() {
    return new Retry(1, first, longest, sleeper, jitter);
  }

  /**
   * Runs {@code attempt} until it succeeds.
   *
   * @throws UnreachableException with the last failure when all attempts failed
   */
  <T> T run(String what, Attempt<T> attempt) throws UnreachableException {
    int failures = 0;
    while (true) {
      long before = attempt.reached();
      try {
        return attempt.run();
      } catch (IOException e) {
        failures = attempt.reached() > before ? 1 : failures + 1;
        if (failures >= attempts) {
          String times = attempts == 1 ? "" : " (%d attempts)".formatted(attempts);
          throw new UnreachableException("%s failed%s: %s".formatted(what, times, reason(e)), e);
        }
        Duration delay = delay(failures, e);
        LOG.info("{} failed: {}; trying again in {} ms", what, reason(e), delay.toMillis());
        sleep(delay, what);
      }
    }
  }

  /** The JDK's messages make sense after the name of their class; ours say it all. */
  private static String reason(IOException failure) {
    return failure instanceof UnreachableException ? failure.getMessage() : failure.toString();
  }

  private Duration delay(int failures, IOException failure) {
    if (failure instanceof UnreachableException u && u.retryAfter().isPresent()) {
      Duration asked = u.retryAfter().get();
      return asked.compareTo(longest) > 0 ? longest : asked;
    }
    double doubled = (double) first.toMillis() * Math.pow(2, failures - 1.0);
    double bounded = Math.min(doubled, (double) longest.toMillis());
    return Duration.ofMillis((long) (bounded * (0.5 + jitter.getAsDouble() / 2)));
  }

  private void sleep(Duration delay, String what) {
    try {
      sleeper.sleep(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelException(what + " was interrupted; run again to go on with it", e);
    }
  }
}
