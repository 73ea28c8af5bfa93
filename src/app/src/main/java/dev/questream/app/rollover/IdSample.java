package dev.questream.app.rollover;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The ids with the smallest hashes, and the latest of each, in memory for so many. Two samples of
 * different topics hold the same ids below the lower of their two bounds, so that they can be
 * compared.
 *
 * <p><b>Threading:</b> one thread.
 */
final class IdSample {

  private final int limit;
  private final TreeMap<Long, Entry> byHash = new TreeMap<>(Long::compareUnsigned);
  private long bound = -1; // the greatest unsigned number: everything is held
  private boolean whole = true;

  private record Entry(String id, Embedded latest) {}

  IdSample(int limit) {
    this.limit = limit;
  }

  /** Takes note of an id's latest record; it is only made for ids that the sample holds. */
  void put(String id, Supplier<Embedded> latest) {
    long hash = IdHash.of(id);
    if (!whole && Long.compareUnsigned(hash, bound) >= 0) {
      return;
    }
    byHash.put(hash, new Entry(id, latest.get()));
    if (byHash.size() > limit) {
      narrow(byHash.lastKey());
    }
  }

  private void narrow(long newBound) {
    whole = false;
    bound = newBound;
    byHash.tailMap(newBound, true).clear();
  }

  /** Leaves in both samples only ids that either would hold. */
  static void align(IdSample a, IdSample b) {
    if (!a.whole && (b.whole || Long.compareUnsigned(a.bound, b.bound) < 0)) {
      b.narrow(a.bound);
    } else if (!b.whole) {
      a.narrow(b.bound);
    }
  }

  /** The latest of each id that is held. */
  Map<String, Embedded> latest() {
    Map<String, Embedded> latest = new HashMap<>();
    byHash.values().forEach(entry -> latest.put(entry.id(), entry.latest()));
    return Collections.unmodifiableMap(latest);
  }

  /** The share of all ids that is held. */
  double share() {
    return whole ? 1 : (double) (bound >>> 11) / 0x1p53;
  }

  /** Ids that are there and not deleted, in the whole topic; an estimate unless all are held. */
  long estimatedIds() {
    long held = byHash.values().stream().filter(entry -> !entry.latest().deleted()).count();
    return Math.round(held / share());
  }
}
