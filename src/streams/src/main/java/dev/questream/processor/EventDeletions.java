package dev.questream.processor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The ids that an event has deleted, so that the null value which follows it, for the topic to
 * compact, deletes nothing a second time. The latest are remembered, as long as the task lives:
 * after that a second deletion is forwarded, which changes nothing.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class EventDeletions {
  private static final int REMEMBERED = 1_000;

  private final Map<String, Boolean> ids =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Takes note of a record; says whether it only repeats a deletion. */
  boolean repeats(Arrival arrival) {
    boolean known = ids.remove(arrival.id()) != null;
    if (arrival instanceof Arrival.Deleted deleted && deleted.byEvent()) {
      ids.put(deleted.id(), true);
      return false;
    }
    return known && arrival instanceof Arrival.Deleted;
  }
}
