package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.encoder.EncoderInput;
import dev.questream.lab.retrieval.Passage;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.PassageFile;
import dev.questream.lab.retrieval.vector.ScatteredRows;
import dev.questream.lab.retrieval.vector.TopicShards;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.FloatVector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Of every passage the vector that came last. In memory is a byte a passage: who made it.
 *
 * <p>Vectors of one maker are written; those of others are only counted, because they may have
 * another size, and may be replaced before the topic ends.
 */
final class LatestVectors implements AutoCloseable {
  private static final int SHOWN = 3;

  private final String topic;
  private final PassageCollection passages;
  private final TopicShards shards;
  private final List<Provenance> makers = new ArrayList<>(); // by number, from 1
  private final byte[] madeBy; // by position; 0: no vector
  private Provenance written; // null until the first comes
  private ScatteredRows rows;
  private long embeddings;
  private long unknown;

  /**
   * @param maker whose vectors are written; empty: that of the first
   */
  LatestVectors(
      String topic, PassageCollection passages, TopicShards shards, Optional<Provenance> maker)
      throws IOException {
    this.topic = topic;
    this.passages = passages;
    this.shards = shards;
    this.madeBy = new byte[passages.size()];
    if (maker.isPresent()) {
      begin(maker.get());
    }
  }

  private void begin(Provenance first) throws IOException {
    written = first;
    rows = shards.begin(first);
    PassageVectors.requireRoom(shards.folder(), shards.shards().missingBytes());
  }

  void put(QuestionEmbedding embedding) throws IOException {
    embeddings++;
    int position = passages.ids().position(embedding.getId());
    if (position < 0) {
      unknown++;
      return;
    }
    Provenance made = Provenance.of(embedding);
    if (written == null) {
      begin(made);
    }
    madeBy[position] = number(made);
    if (made.equals(written)) {
      rows.put(position, coordinates(embedding, made.computed()));
    }
  }

  private byte number(Provenance made) {
    int index = makers.indexOf(made);
    if (index < 0) {
      index = makers.size();
      makers.add(made);
    }
    if (index >= Byte.MAX_VALUE) {
      throw new FatalException(
          ExitCode.FAILED,
          topic + " holds vectors by more than 127 models; embed into a new topic");
    }
    return (byte) (index + 1);
  }

  private float[] coordinates(QuestionEmbedding embedding, Provenance.Computation computed) {
    int expected = VectorType.of(computed.vectorType()).elements(computed.dimensions());
    if (embedding.getEmbedding().size() != expected) {
      throw new FatalException(
          ExitCode.FAILED,
          "%s: the vector of %s has %d elements, its record says %d"
              .formatted(topic, embedding.getId(), embedding.getEmbedding().size(), expected));
    }
    return computed.coordinates(FloatVector.toArray(embedding.getEmbedding()));
  }

  void delete(String id) {
    int position = passages.ids().position(id);
    if (position >= 0) {
      madeBy[position] = 0;
    }
  }

  /**
   * Judges what has come.
   *
   * @return the one who made all; if that is not whose vectors were written, they are to be read
   *     once more
   * @throws FatalException if there are none, or vectors by several, or of questions
   */
  Provenance maker() {
    Map<Provenance, Integer> counts = counts();
    if (counts.isEmpty()) {
      throw new FatalException(
          ExitCode.FAILED,
          "%s holds %,d embeddings and none of the passages of %s, by id"
              .formatted(topic, embeddings, passages.path()));
    }
    Provenance only = Makers.only(topic, "passages", counts);
    if (only.computed().passageTemplate().isEmpty()) {
      throw new FatalException(
          ExitCode.FAILED,
          "%s holds vectors of questions, by %s; passages are embedded with encoder.role=passage"
              .formatted(topic, only.describe()));
    }
    return only;
  }

  private Map<Provenance, Integer> counts() {
    Map<Provenance, Integer> counts = new LinkedHashMap<>();
    for (byte number : madeBy) {
      if (number > 0) {
        counts.merge(makers.get(number - 1), 1, Integer::sum);
      }
    }
    return counts;
  }

  /** Whose vectors were written. */
  Provenance written() {
    return written;
  }

  /**
   * Gives blank passages, which no encoder takes, the vector that nothing finds.
   *
   * @return how many these are
   * @throws FatalException if other passages are missing; it names some
   */
  int finish(Console console) throws IOException {
    int blank = isWhole() ? 0 : fillBlank();
    if (unknown > 0) {
      console
          .err()
          .printf(
              "%,d embeddings on %s are of no passage of %s and were left out%n",
              unknown, topic, passages.path());
    }
    if (blank > 0) {
      console.err().printf("%,d passages are blank and will not be found%n", blank);
    }
    return blank;
  }

  private boolean isWhole() {
    for (byte number : madeBy) {
      if (number == 0) {
        return false;
      }
    }
    return true;
  }

  private int fillBlank() throws IOException {
    List<String> missing = new ArrayList<>();
    int lacking = 0;
    int blank = 0;
    try (PassageFile file = passages.open()) {
      for (int position = 0; position < madeBy.length; position++) {
        Passage passage = file.next();
        if (madeBy[position] != 0) {
          continue;
        }
        rows.put(position, null);
        if (EncoderInput.passage(passage.title(), passage.text()).isBlank()) {
          blank++;
        } else if (lacking++ < SHOWN) {
          missing.add(passage.id());
        }
      }
    }
    if (lacking > 0) {
      throw new FatalException(
          ExitCode.REJECTED,
          "%,d of %,d passages are not on %s, such as %s; embed them first, or see why they are dead letters"
              .formatted(lacking, madeBy.length, topic, String.join(", ", missing)));
    }
    return blank;
  }

  @Override
  public void close() throws IOException {
    if (rows != null) {
      rows.close();
    }
  }
}
