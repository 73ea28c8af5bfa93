package dev.questream.lab.evaluate;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.provenance.Provenance;
import java.util.Map;

/** Who made the vectors of a topic. */
final class Makers {
  private Makers() {}

  /**
   * The one who made all.
   *
   * @param whose what the vectors are of, for messages
   * @param counts of vectors by their makers, not empty
   * @throws FatalException if there are several; it names them
   */
  static Provenance only(String topic, String whose, Map<Provenance, Integer> counts) {
    if (counts.size() > 1) {
      StringBuilder models = new StringBuilder();
      counts.forEach(
          (made, count) -> models.append("%n  %,d by %s".formatted(count, made.describe())));
      throw new FatalException(
          ExitCode.FAILED,
          "%s holds vectors of these %s by %d models, which cannot be compared; embed all with one:%s"
              .formatted(topic, whose, counts.size(), models));
    }
    return counts.keySet().iterator().next();
  }
}
