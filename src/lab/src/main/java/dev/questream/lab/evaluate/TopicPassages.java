package dev.questream.lab.evaluate;

import dev.questream.app.console.Console;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.kafka.TopicScan;
import dev.questream.app.kafka.Topics;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.vector.TopicShards;
import dev.questream.provenance.Provenance;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingDeserializer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The vectors that a live embeddings topic holds for the passages of a file, by id: committed ones,
 * the last of each id, deleted ones left out. They are written to disk as they come; the folder is
 * taken as it is while the topic has nothing new.
 */
final class TopicPassages {
  private final QuestreamConfig config;
  private final String topic;
  private final PassageCollection passages;
  private final TopicShards shards;
  private final Console console;

  private TopicPassages(
      QuestreamConfig config,
      String topic,
      PassageCollection passages,
      TopicShards shards,
      Console console) {
    this.config = config;
    this.topic = topic;
    this.passages = passages;
    this.shards = shards;
    this.console = console;
  }

  /**
   * Reads the embeddings topic to its end.
   *
   * @param folder where vectors are kept; empty: in the cache
   * @throws FatalException if it lacks passages, or holds vectors of several models for them
   */
  static PassageVectors open(
      QuestreamConfig config,
      PassageCollection passages,
      Optional<Path> folder,
      PassageVectors.Storage storage,
      Console console)
      throws IOException {
    String topic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    String topicId = topicId(config, topic);
    Path chosen =
        folder.orElseGet(
            () ->
                PassageVectors.cacheFolder(
                    config, passages, "topic", topicId, storage.type().label()));
    try (TopicShards shards =
        new TopicShards(chosen, passages, storage.type(), storage.shardPassages(), topicId)) {
      return new TopicPassages(config, topic, passages, shards, console).open(chosen);
    }
  }

  private static String topicId(QuestreamConfig config, String topic) {
    try (Topics topics = Topics.reached(config)) {
      topics.require(List.of(topic));
      return topics.description(topic).topicId().toString();
    }
  }

  private PassageVectors open(Path folder) throws IOException {
    Optional<Provenance> kept = kept();
    if (kept.isPresent()) {
      console.err().printf("%s has nothing new; its vectors are in %s%n", topic, folder);
      return PassageVectors.ofTopic(passages, folder, shards.shards(), kept.get(), 0);
    }
    Reading reading = read(Optional.empty());
    if (!reading.whole()) { // the first vectors were by another, and were all made anew since
      reading = read(Optional.of(reading.maker()));
    }
    return PassageVectors.ofTopic(
        passages, folder, shards.shards(), reading.maker(), reading.blank());
  }

  private Optional<Provenance> kept() throws IOException {
    try (TopicScan scan = new TopicScan(config, topic)) {
      return shards.kept(scan.ends());
    }
  }

  /**
   * What came of reading the topic.
   *
   * @param maker of all vectors
   * @param whole whether they are written
   * @param blank passages without one
   */
  private record Reading(Provenance maker, boolean whole, int blank) {}

  private Reading read(Optional<Provenance> maker) throws IOException {
    try (TopicScan scan = new TopicScan(config, topic);
        LatestVectors latest = new LatestVectors(topic, passages, shards, maker);
        QuestionEmbeddingDeserializer deserializer = new QuestionEmbeddingDeserializer()) {
      deserializer.configure(config.serdeSettings(), false);
      Progress progress = console.progress("reading " + topic, records(scan));
      for (long count = 1; scan.hasNext(); count++) {
        take(scan.next(), deserializer, latest);
        progress.at(count, "");
      }
      progress.done();
      Provenance found = latest.maker();
      if (!found.equals(latest.written())) {
        return new Reading(found, false, 0);
      }
      int blank = latest.finish(console);
      latest.close();
      shards.finish(found, scan.ends());
      return new Reading(found, true, blank);
    }
  }

  private static long records(TopicScan scan) {
    Map<Integer, Long> beginnings = scan.beginnings();
    return scan.ends().entrySet().stream()
        .mapToLong(end -> end.getValue() - beginnings.get(end.getKey()))
        .sum();
  }

  private static void take(
      ConsumerRecord<byte[], byte[]> record,
      QuestionEmbeddingDeserializer deserializer,
      LatestVectors latest)
      throws IOException {
    if (record.value() != null) {
      QuestionEmbedding embedding = deserializer.deserialize(record.topic(), record.value());
      latest.put(embedding);
    } else {
      latest.delete(IdHeader.id(record.key(), record.headers()));
    }
  }
}
