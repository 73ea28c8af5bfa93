package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
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
 * Of every passage the vector that came last. In memory are five bytes a passage: who made it, and
 * a check sum of the text that it was made of.
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
  private final TextSums texts; // by position
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
    this.texts = new TextSums(passages.size());
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
    texts.put(position, embedding.getText());
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
   * Holds what has come against the file, and gives blank passages, which no encoder takes, the
   * vector that nothing finds.
   *
   * @return how many passages are blank
   * @throws FatalException if others are missing, or have another text; it names some
   */
  int finish(Console console) throws IOException {
    Findings findings = compare(console);
    findings.missing.require(
        "%,d of %,d passages are not on %s, such as %s; embed them first, or see why they are dead"
            + " letters");
    findings.different.require(
        "%,d of %,d passages have another text on %s, such as %s; embed them anew, or name the file"
            + " that was embedded");
    say(console, unknown, "embeddings on %s are of no passage of %s and were left out");
    say(console, findings.blank, "passages are blank and will not be found");
    say(console, findings.textless, "embeddings on %s have no text, and are not compared with %s");
    return findings.blank;
  }

  private void say(Console console, long count, String what) {
    if (count > 0) {
      console.err().printf("%,d %s%n", count, what.formatted(topic, passages.path()));
    }
  }

  private Findings compare(Console console) throws IOException {
    Findings findings = new Findings();
    Progress progress = console.progress("comparing texts", passages.size());
    try (PassageFile file = passages.open()) {
      for (int position = 0; position < madeBy.length; position++) {
        findings.add(file.next(), position);
        progress.at(position + 1, "");
      }
    }
    progress.done();
    return findings;
  }

  /** What differs between file and topic. */
  private final class Findings {
    private final Examples missing = new Examples();
    private final Examples different = new Examples();
    private int blank;
    private int textless;

    void add(Passage passage, int position) throws IOException {
      if (madeBy[position] != 0) {
        if (!texts.has(position)) {
          textless++;
        } else if (!texts.isOf(position, passage.text())) {
          different.add(passage);
        }
        return;
      }
      rows.put(position, null);
      if (EncoderInput.passage(passage.title(), passage.text()).isBlank()) {
        blank++;
      } else {
        missing.add(passage);
      }
    }
  }

  /** Passages that are wrong in one way: how many, and the first of them. */
  private final class Examples {
    private final List<String> ids = new ArrayList<>();
    private int count;

    void add(Passage passage) {
      if (count++ < SHOWN) {
        ids.add(passage.id());
      }
    }

    void require(String otherwise) {
      if (count > 0) {
        throw new FatalException(
            ExitCode.REJECTED,
            otherwise.formatted(count, madeBy.length, topic, String.join(", ", ids)));
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (rows != null) {
      rows.close();
    }
  }
}
