package dev.questream.processor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a question that was read in one partition and comes again in another: its embeddings have
 * no order then, and the older text may win. Producers that hash keys differently do that.
 *
 * <p>It remembers where about the last 65,000 ids were read in this process, in 512 KiB: ids are
 * told apart by 64 bits of hash, and a new one takes the place of an old one.
 *
 * <p><b>Threading:</b> safe for any thread.
 */
final class IdPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(IdPartitions.class);
  private static final int SLOTS = 1 << 16;
  private static final long PARTITION = SLOTS - 1; // the low bits of an entry; of a hash, its slot
  private static final long REMIND_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final AtomicLongArray entries = new AtomicLongArray(SLOTS); // 0 for none
  private final AtomicLong remindNanos = new AtomicLong(System.nanoTime());

  /**
   * Takes note of a record.
   *
   * @return whether its id was last read in another partition of the topic
   */
  boolean moved(String id, SourcePosition position) {
    long hash = hash(position.topic(), id);
    long entry = hash & ~PARTITION | position.partition() & PARTITION;
    long last = entries.getAndSet((int) (hash & PARTITION), entry);
    boolean moved = last != 0 && last != entry && (last ^ entry) >>> 16 == 0;
    if (moved) {
      warn(id, position, last & PARTITION);
    }
    return moved;
  }

  private void warn(String id, SourcePosition position, long before) {
    long now = System.nanoTime();
    long due = remindNanos.get();
    if (now - due >= 0 && remindNanos.compareAndSet(due, now + REMIND_NANOS)) {
      LOG.warn(
          "{} has the id {}, which was read in partition {} before: its embeddings have no order, and"
              + " the older may win; let its records have one key, the id at best, and all producers"
              + " partition alike (librdkafka: partitioner=murmur2_random)",
          position,
          id,
          before);
    }
  }

  /** FNV-1a of both strings' characters, its bits mixed so that the low ones serve as a place. */
  private static long hash(String topic, String id) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < topic.length(); i++) {
      hash = (hash ^ topic.charAt(i)) * FNV_PRIME;
    }
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * FNV_PRIME;
    }
    hash = (hash ^ hash >>> 32) * 0x9e3779b97f4a7c15L;
    return hash ^ hash >>> 29;
  }
}
