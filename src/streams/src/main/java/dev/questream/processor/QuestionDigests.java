package dev.questream.processor;

import dev.questream.serde.SerdeConfig.OutputKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The latest question of each id, as a digest, so that one that changes nothing is recognised. In
 * the store: the digest of the id, and of the embedding's key where that is another, with the
 * digest of the question.
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
   * @return whether it is a question that is equal to the latest of its id, and of its key
   */
  boolean repeats(InFlight arrived) {
    List<Bytes> names = names(arrived);
    if (!(arrived.arrival() instanceof Arrival.Asked asked)) {
      names.forEach(store::delete);
      return false;
    }
    byte[] question = question(asked);
    if (names.stream().allMatch(name -> Arrays.equals(store.get(name), question))) {
      return true;
    }
    names.forEach(name -> store.put(name, question));
    return false;
  }

  /** What was pending is a dead letter: the next question that is equal is tried again. */
  void forget(InFlight rejected) {
    if (rejected.arrival() instanceof Arrival.Asked asked) {
      byte[] question = question(asked);
      for (Bytes name : names(rejected)) {
        if (Arrays.equals(store.get(name), question)) { // else there is a later one
          store.delete(name);
        }
      }
    }
  }

  /**
   * Its id, and the key that its embedding has, if that is another: whoever reads the embeddings
   * goes by one of them.
   */
  private List<Bytes> names(InFlight question) {
    byte[] id = question.arrival().id().getBytes(StandardCharsets.UTF_8);
    byte[] key = EmbeddingRecords.key(outputKey, question.pending(), question.arrival().id());
    return Arrays.equals(id, key) ? List.of(name(id)) : List.of(name(id), name(key));
  }

  private Bytes name(byte[] bytes) {
    return Bytes.wrap(digest.add(bytes).end());
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
