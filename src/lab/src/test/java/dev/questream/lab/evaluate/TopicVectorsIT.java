package dev.questream.lab.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.Console;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.lab.retrieval.QuestionAnswers;
import dev.questream.lab.retrieval.QuestionSet;
import dev.questream.serde.Embeddings;
import dev.questream.serde.IdHeader;
import dev.questream.serde.QuestionEmbeddingSerializer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of an embeddings topic whose keys are those of somebody else's records. */
@Timeout(120)
class TopicVectorsIT {
  @TempDir Path folder;

  private static QuestionEmbedding embedding(String id, String text, float first) {
    return Embeddings.of(id, text, first, 2).setSourceTopic("tickets").build();
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, int key, String id, byte[] v) {
    byte[] bytes = {0, (byte) 0xff, (byte) key};
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, 0, bytes, v);
    IdHeader.set(record.headers(), bytes, id);
    return record;
  }

  @Test
  void shouldFindQuestionsByTextAndLeaveOutDeletedOnes() {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    QuestreamConfig config = kafka.config(Map.of("output.key", "input"));
    String topic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    QuestionEmbeddingSerializer serializer = new QuestionEmbeddingSerializer();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(record(topic, 1, "a", serializer.serialize("", embedding("a", "Who?", 10f))));
      producer.send(record(topic, 2, "2", serializer.serialize("", embedding("2", "  ", 20f))));
      producer.send(record(topic, 4, "4", serializer.serialize("", embedding("4", "Other?", 40f))));
      producer.send(record(topic, 5, "e", serializer.serialize("", embedding("e", "When?", 50f))));
      producer.send(record(topic, 5, "e", serializer.serialize("", embedding("e", "Never", 60f))));
      producer.send(record(topic, 3, "c", serializer.serialize("", embedding("c", "Gone?", 30f))));
      producer.send(record(topic, 3, "c", null));
    }
    QuestionSet questions =
        new QuestionSet(
            Stream.of(" Who? ", "What?", "Gone?", "Where?", "When?")
                .map(text -> new QuestionAnswers(text, List.of("x")))
                .toList(),
            "");
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, UTF_8);
    QuestionVectors vectors =
        TopicVectors.read(config, questions, new Console(print, print, false));
    assertThat(vectors.without()).isEqualTo(3);
    assertThat(vectors.matrix()[0]).isEqualTo(10f);
    assertThat(vectors.matrix()[2]).as("by its number, without a text").isEqualTo(20f);
    assertThat(vectors.matrix()[4]).isNaN();
    assertThat(vectors.matrix()[6]).as("the number of another text").isNaN();
    assertThat(vectors.matrix()[8]).as("the id has another text since").isNaN();
    assertThat(err.toString(UTF_8))
        .contains("3 of 5 questions", "3: Gone?", "4: Where?", "5: When?")
        .contains("1 questions were found on " + topic + " by their numbers");
  }

  /** Both are numbered from 1, so a forgotten name of a topic would give a recall of nothing. */
  @Test
  void shouldRefuseVectorsOfPassages() {
    KafkaFixture kafka =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder).createTopics();
    QuestreamConfig config = kafka.config(Map.of());
    String topic = config.getString(QuestreamConfig.EMBEDDINGS_TOPIC);
    QuestionEmbedding passage =
        QuestionEmbedding.newBuilder(embedding("1", "A passage.", 10f))
            .setPassageTemplate("{title} {text}")
            .build();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(
          record(topic, 1, "1", new QuestionEmbeddingSerializer().serialize("", passage)));
    }
    QuestionSet questions = new QuestionSet(List.of(new QuestionAnswers("Who?", List.of("x"))), "");
    PrintStream print = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    assertThatThrownBy(() -> TopicVectors.read(config, questions, new Console(print, print, false)))
        .hasMessageContaining("holds vectors of passages");
  }
}
