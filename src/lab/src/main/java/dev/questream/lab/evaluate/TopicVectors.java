package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.FloatVector;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The vectors that a live embeddings topic holds for a set of questions: committed ones, the last
 * of each id, deleted ones left out. Only those of these questions are in memory.
 *
 * <p>An embedding belongs to a question whose text it carries. One without a text belongs to the
 * question whose number in the file, counted from 1, is its id.
 */
final class TopicVectors {
  private static final int SHOWN_MISSING = 3;

  private final String topic;
  private final QuestionSet questions;
  private final Set<String> wanted = new HashSet<>();
  private final Map<String, QuestionEmbedding> byId = new LinkedHashMap<>();
  private long embeddings;
  private Provenance ofPassages; // of one of them, if there is any

  private TopicVectors(String topic, QuestionSet questions) {
    this.topic = topic;
    this.questions = questions;
    for (int i = 0; i < questions.size(); i++) {
      wanted.add(text(i));
    }
  }

  private String text(int index) {
    return questions.questions().get(index).question().strip();
  }

  /**
   * Reads the embeddings topic to its end.
   *
   * @throws FatalException if it holds vectors of several models for these questions, or none
   */
  static QuestionVectors read(QuestreamConfig config, QuestionSet questions, Console console) {
    String topic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(topic));
    }
    TopicVectors vectors = new TopicVectors(topic, questions);
    Progress progress = console.progress("reading " + topic, 0);
    try (TopicScan scan = new TopicScan(config, topic);
        QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer()) {
      deserializer.configure(config.serdeSettings(), false);
      for (long count = 1; scan.hasNext(); count++) {
        progress.at(count, "");
        vectors.take(scan.next(), deserializer);
      }
    }
    progress.done();
    return vectors.match(console);
  }

  private void take(
      ConsumerRecord<byte[], byte[]> record, QuestionEmbeddingDeserializer deserializer) {
    if (record.value() == null) {
      byId.remove(IdHeader.id(record.key(), record.headers()));
      return;
    }
    QuestionEmbedding embedding = deserializer.deserialize(record.topic(), record.value());
    embeddings++;
    byId.remove(embedding.getId()); // so that the last of equal texts is the one written last
    if (!embedding.getPassageTemplate().isEmpty()) {
      ofPassages = Provenance.of(embedding);
    } else if (embedding.getText().isBlank() || wanted.contains(embedding.getText().strip())) {
      byId.put(embedding.getId(), embedding);
    }
  }

  private QuestionVectors match(Console console) {
    Map<String, QuestionEmbedding> byText = new HashMap<>();
    byId.values().forEach(embedding -> byText.put(embedding.getText().strip(), embedding));
    List<QuestionEmbedding> found = new ArrayList<>();
    List<Integer> missing = new ArrayList<>();
    int textless = 0;
    for (int i = 0; i < questions.size(); i++) {
      QuestionEmbedding embedding = text(i).isEmpty() ? null : byText.get(text(i));
      if (embedding == null) {
        embedding = withoutText(Integer.toString(i + 1));
        textless += embedding == null ? 0 : 1;
      }
      if (embedding == null) {
        missing.add(i);
      }
      found.add(embedding);
    }
    if (missing.size() == questions.size()) {
      throw new FatalException(ExitCode.FAILED, none());
    }
    Provenance provenance = requireOneModel(found);
    report(missing, console);
    if (textless > 0) {
      console
          .err()
          .printf(
              "%,d questions were found on %s by their numbers: there are no texts to compare%n",
              textless, topic);
    }
    return vectors(found, provenance);
  }

  private QuestionEmbedding withoutText(String id) {
    QuestionEmbedding embedding = byId.get(id);
    return embedding == null || !embedding.getText().isBlank() ? null : embedding;
  }

  private Provenance requireOneModel(List<QuestionEmbedding> found) {
    Map<Provenance, Integer> counts = new LinkedHashMap<>();
    for (QuestionEmbedding embedding : found) {
      if (embedding != null) {
        counts.merge(Provenance.of(embedding), 1, Integer::sum);
      }
    }
    return Makers.only(topic, "questions", counts);
  }

  private String none() {
    return ofPassages == null
        ? "%s holds %,d embeddings and none of these questions, by text, or by number where it has no texts"
            .formatted(topic, embeddings)
        : "%s holds vectors of passages (%s) and none of these questions; name the topic of the questions' vectors with --from-topic=TOPIC, and that of the passages' with --passages-from-topic=TOPIC"
            .formatted(topic, ofPassages.describe());
  }

  private void report(List<Integer> missing, Console console) {
    if (missing.isEmpty()) {
      return;
    }
    console
        .err()
        .printf(
            "%,d of %,d questions are not on %s and count as not answered, among them:%n",
            missing.size(), questions.size(), topic);
    missing.stream()
        .limit(SHOWN_MISSING)
        .forEach(
            i ->
                console
                    .err()
                    .printf("  %,d: %s%n", i + 1, questions.questions().get(i).question()));
  }

  private QuestionVectors vectors(List<QuestionEmbedding> found, Provenance provenance) {
    Provenance.Computation computed = provenance.computed();
    int elements = VectorType.of(computed.vectorType()).elements(computed.dimensions());
    QuestionVectors.Rows rows = new QuestionVectors.Rows(found.size(), provenance);
    for (QuestionEmbedding embedding : found) {
      if (embedding != null && embedding.getEmbedding().size() != elements) {
        throw new FatalException(
            ExitCode.FAILED,
            "%s: the vector of %s has %d elements, others have %d"
                .formatted(topic, embedding.getId(), embedding.getEmbedding().size(), elements));
      }
      rows.add(
          embedding == null
              ? null
              : computed.coordinates(FloatVector.toArray(embedding.getEmbedding())));
    }
    return rows.toVectors("topic " + topic);
  }
}
