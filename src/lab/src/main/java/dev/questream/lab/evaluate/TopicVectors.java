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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The vectors that a live embeddings topic holds for a set of questions: committed ones, the last
 * of each id, deleted ones left out.
 *
 * <p>An embedding belongs to a question whose text it carries; a question that is not found so, to
 * the embedding whose id is the question's number in the file, counted from 1.
 */
final class TopicVectors {
  private static final int SHOWN_MISSING = 3;

  private final String topic;
  private final Map<String, QuestionEmbedding> byId;
  private final Map<String, QuestionEmbedding> byText = new HashMap<>();

  private TopicVectors(String topic, Map<String, QuestionEmbedding> byId) {
    this.topic = topic;
    this.byId = byId;
    byId.values().forEach(embedding -> byText.put(embedding.getText().strip(), embedding));
  }

  /**
   * Reads the embeddings topic to its end.
   *
   * @throws FatalException if it holds vectors of several models for these questions, or none
   */
  static QuestionVectors read(QuestreamConfig config, QuestionSet questions, Console console) {
    String topic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(config.getString(QuestreamConfig.EMBEDDINGS_TOPIC)));
    }
    Map<String, QuestionEmbedding> byId = new LinkedHashMap<>();
    Progress progress = console.progress("reading " + topic, 0);
    try (TopicScan scan = new TopicScan(config, topic);
        QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer()) {
      deserializer.configure(config.serdeSettings(), false);
      for (long count = 1; scan.hasNext(); count++) {
        progress.at(count, "");
        take(scan.next(), deserializer, byId);
      }
    }
    progress.done();
    return new TopicVectors(topic, byId).match(questions, console);
  }

  private static void take(
      ConsumerRecord<byte[], byte[]> record,
      QuestionEmbeddingDeserializer deserializer,
      Map<String, QuestionEmbedding> byId) {
    if (record.value() != null) {
      QuestionEmbedding embedding = deserializer.deserialize(record.topic(), record.value());
      byId.remove(embedding.getId()); // so that the last of equal texts is the one written last
      byId.put(embedding.getId(), embedding);
    } else {
      byId.remove(IdHeader.id(record.key(), record.headers()));
    }
  }

  private QuestionVectors match(QuestionSet questions, Console console) {
    List<QuestionEmbedding> found = new ArrayList<>();
    List<Integer> missing = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      QuestionEmbedding embedding = byText.get(questions.questions().get(i).question().strip());
      if (embedding == null) {
        embedding = byId.get(Integer.toString(i + 1));
      }
      if (embedding == null) {
        missing.add(i);
      }
      found.add(embedding);
    }
    if (missing.size() == questions.size()) {
      throw new FatalException(
          ExitCode.FAILED,
          "%s holds %,d embeddings and none of these questions, by text or by number"
              .formatted(topic, byId.size()));
    }
    Provenance provenance = requireOneModel(found);
    report(missing, questions, console);
    return vectors(found, provenance);
  }

  private Provenance requireOneModel(List<QuestionEmbedding> found) {
    Map<Provenance, Integer> counts = new LinkedHashMap<>();
    for (QuestionEmbedding embedding : found) {
      if (embedding != null) {
        counts.merge(Provenance.of(embedding), 1, Integer::sum);
      }
    }
    Provenance provenance = Makers.only(topic, "questions", counts);
    if (!provenance.computed().passageTemplate().isEmpty()) {
      throw new FatalException(
          ExitCode.FAILED,
          "%s holds vectors of passages (%s); name the topic of the questions' vectors with --set embeddings.topic=, and that of the passages' with --passages-from-topic=TOPIC"
              .formatted(topic, provenance.describe()));
    }
    return provenance;
  }

  private void report(List<Integer> missing, QuestionSet questions, Console console) {
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
