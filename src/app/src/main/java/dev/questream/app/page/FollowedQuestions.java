package dev.questream.app.page;

import dev.questream.processor.DeadLetterReason;
import dev.questream.processor.EmbedObserver;
import dev.questream.processor.Trail;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.header.Headers;

/**
 * Remembers the way of single questions. While none is followed it costs a look at an empty map.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
public final class FollowedQuestions implements EmbedObserver {
  private final Map<String, Optional<Trail>> trails = new ConcurrentHashMap<>();

  /** From now on a question of this id is followed. */
  public void follow(String id) {
    trails.put(id, Optional.empty());
  }

  /** Ends it: the question's way, or empty if it was not answered in this process. */
  public Optional<Trail> end(String id) {
    Optional<Trail> trail = trails.remove(id);
    return trail == null ? Optional.empty() : trail;
  }

  @Override
  public void answering(Trail trail, DeadLetterReason reason, Headers headers) {
    if (!trails.isEmpty()) {
      trails.computeIfPresent(trail.id(), (id, before) -> Optional.of(trail));
    }
  }
}
