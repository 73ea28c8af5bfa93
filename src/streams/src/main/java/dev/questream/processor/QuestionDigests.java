package dev.questream.processor;

import dev.questream.serde.SerdeConfig.OutputKey;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The latest question of each id, as a digest, so that one that changes nothing is recognised. In
 * the store: the digest of the embedding's key, and the digest of the question.
 *
 * <p>A digest is put when its question arrives, in the transaction that makes it pending. So A, B,
 * A is right while A is pending, and nothing is kept in memory. A deletion removes it, and so does
 * a dead letter of its question.
 *
 * <p>Digests are valid within a {@link Generation}.
 *
 * <p><b>Threading:</b> the task's stream thread.
 */
final class QuestionDigests {
  private final KeyValueStore<Bytes, byte[]> store;
  private final OutputKey outputKey;
  private final Generation generation;
  private final TextDigest digest = new TextDigest();

  QuestionDigests(KeyValueStore<Bytes, byte[]> store, OutputKey outputKey, Generation generation) {
    this.store = store;
    this.outputKey = outputKey;
    this.generation = generation;
  }

  /**
   * Takes note of a question or a deletion that is about to be pending.
   *
   * @return whether it is a question that is equal to the latest of its id
   */
  boolean repeats(InFlight arrived) {
    Bytes key = key(arrived);
    if (!(arrived.arrival() instanceof Arrival.Asked asked)) {
      store.delete(key);
      return false;
    }
    byte[] question = question(asked);
    if (Arrays.equals(store.get(key), question)) {
      return true;
    }
    store.put(key, question);
    return false;
  }

  /** What was pending is a dead letter: the next question that is equal is tried again. */
  void forget(InFlight rejected) {
    Bytes key = key(rejected);
    if (rejected.arrival() instanceof Arrival.Asked asked
        && Arrays.equals(store.get(key), question(asked))) { // else there is a later one
      store.delete(key);
    }
  }

  /** Of the key that its embedding has, which decides what replaces what. */
  private Bytes key(InFlight question) {
    byte[] key = EmbeddingRecords.key(outputKey, question.pending(), question.arrival().id());
    return Bytes.wrap(digest.add(key).end());
  }

  private byte[] question(Arrival.Asked asked) {
    digest.add(generation.name()).add(asked.id()).add(asked.title());
    digest.add(asked.question().getText());
    for (Map.Entry<String, String> entry :
        new TreeMap<>(asked.question().getMetadata()).entrySet()) {
      digest.add(entry.getKey()).add(entry.getValue());
    }
    return digest.end();
  }
}
