package dev.questream.lab.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.app.console.Console;
import dev.questream.app.console.FatalException;
import dev.questream.app.io.DataException;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.config.QuestreamConfig;
import dev.questream.it.KafkaFixture;
import dev.questream.lab.retrieval.PassageCollection;
import dev.questream.lab.retrieval.vector.StorageType;
import dev.questream.lab.retrieval.vector.VectorReader;
import dev.questream.provenance.Provenance;
import dev.questream.provenance.VectorType;
import dev.questream.serde.Embeddings;
import dev.questream.serde.QuestionEmbeddingSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of records of an embeddings topic, whoever wrote them. */
class TopicPassagesIT {
  private static final String MODEL = "a/dpr-ctx_encoder";
  private static final int SHARD = 2;

  @TempDir Path folder;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console =
      new Console(new PrintStream(err), new PrintStream(err, true, UTF_8), false);
  private QuestreamConfig config;
  private KafkaProducer<byte[], byte[]> producer;

  @BeforeEach
  void prepare() {
    config =
        new KafkaFixture(KafkaFixture.broker().bootstrapServers(), folder)
            .createTopics()
            .config(Map.of());
    producer =
        new KafkaProducer<>(
            config.producerSettings(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void close() {
    producer.close();
  }

  private PassageCollection passages(String... ids) throws IOException {
    StringBuilder tsv = new StringBuilder("id\ttext\ttitle\n");
    for (String id : ids) {
      tsv.append(id).append(id.startsWith("blank") ? "\t \t" : "\ta text\t").append("a title\n");
    }
    return PassageCollection.scan(Files.writeString(folder.resolve("psgs.tsv"), tsv), count -> {});
  }

  private static Provenance by(String weights, int dimensions, VectorType type) {
    return new Provenance(
        new Provenance.Model(MODEL, "r1", weights, "t"),
        new Provenance.Computation("cls", true, "fp32", "", dimensions)
            .with(dimensions, type)
            .withTemplate("pair"));
  }

  private static final Provenance MADE = by("w", 3, VectorType.FLOAT32);

  private void put(Provenance made, String id, float... vector) {
    putText("a text", made, id, vector);
  }

  private void putText(String text, Provenance made, String id, float... vector) {
    QuestionEmbedding embedding = made.writeTo(Embeddings.of(id, text, vector)).build();
    send(id, new QuestionEmbeddingSerializer().serialize("", embedding));
  }

  private void send(String id, byte[] value) {
    producer.send(
        new ProducerRecord<>(
            config.getString(QuestreamConfig.EMBEDDINGS_TOPIC), id.getBytes(UTF_8), value));
  }

  private PassageVectors open(PassageCollection passages) throws IOException {
    return open(passages, folder.resolve("kept"));
  }

  private PassageVectors open(PassageCollection passages, Path kept) throws IOException {
    producer.flush();
    return TopicPassages.open(
        config,
        passages,
        Optional.of(kept),
        new PassageVectors.Storage(StorageType.FLOAT32, SHARD),
        console);
  }

  private static List<List<Float>> rows(PassageVectors vectors) {
    try (VectorReader reader = vectors.reader()) {
      List<List<Float>> rows = new ArrayList<>();
      float[] row = new float[reader.dimensions()];
      int[] position = new int[1];
      while (reader.read(row, position) == 1) {
        List<Float> numbers = new ArrayList<>();
        for (float number : row) {
          numbers.add(number);
        }
        rows.add(numbers);
      }
      return rows;
    }
  }

  @Test
  void shouldTakeTheLastOfEachIdAndLeaveOutWhatIsNotInTheFile() throws Exception {
    put(MADE, "c", 7, 8, 9);
    put(MADE, "a", 0, 0, 0);
    put(MADE, "other", 1, 1, 1);
    put(MADE, "b", 4, 5, 6);
    put(MADE, "a", 1, 2, 3);
    send("gone", null);
    PassageVectors vectors = open(passages("a", "b", "blank", "c"));
    Float none = Float.NaN;
    assertThat(rows(vectors))
        .containsExactly(
            List.of(1f, 2f, 3f),
            List.of(4f, 5f, 6f),
            List.of(none, none, none),
            List.of(7f, 8f, 9f));
    assertThat(vectors.rejected()).isEqualTo(1);
    assertThat(vectors.provenance()).contains(MADE);
    assertThat(err.toString(UTF_8))
        .contains("1 embeddings on")
        .contains("are of no passage of")
        .contains("1 passages are blank");
  }

  @Test
  void shouldReadAgainOnlyWhatHasMoved() throws Exception {
    put(MADE, "a", 1, 2, 3);
    assertThat(rows(open(passages("a")))).containsExactly(List.of(1f, 2f, 3f));
    assertThat(err.toString(UTF_8)).doesNotContain("nothing new");
    PassageVectors again = open(passages("a"));
    assertThat(rows(again)).containsExactly(List.of(1f, 2f, 3f));
    assertThat(again.provenance()).contains(MADE);
    assertThat(err.toString(UTF_8)).contains("has nothing new");
    err.reset();
    put(MADE, "a", 3, 2, 1);
    assertThat(rows(open(passages("a")))).containsExactly(List.of(3f, 2f, 1f));
    put(MADE, "b", 1, 1, 1);
    assertThat(rows(open(passages("a", "b")))).hasSize(2);
    assertThat(err.toString(UTF_8)).doesNotContain("nothing new");
  }

  @Test
  void shouldNameWhatTheTopicLacks() throws Exception {
    put(MADE, "a", 1, 2, 3);
    put(MADE, "b", 1, 2, 3);
    send("b", null);
    PassageCollection passages = passages("a", "b", "c", "d", "e");
    assertThatThrownBy(() -> open(passages))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("4 of 5 passages are not on ")
        .hasMessageContaining("such as b, c, d; embed them first");
    for (String id : List.of("b", "c", "d", "e")) {
      put(MADE, id, 1, 2, 3);
    }
    assertThat(rows(open(passages))).hasSize(5);
  }

  @Test
  void shouldRefuseVectorsOfOtherTextsThanTheFileHas() throws Exception {
    put(MADE, "a", 1, 2, 3);
    putText("a text of last year", MADE, "b", 1, 2, 3);
    put(MADE, "c", 1, 2, 3);
    putText("a Text", MADE, "c", 1, 2, 3);
    putText("no longer blank", MADE, "blank", 1, 2, 3);
    PassageCollection passages = passages("a", "b", "c", "blank");
    assertThatThrownBy(() -> open(passages))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("3 of 4 passages have another text on ")
        .hasMessageContaining("such as b, c, blank; embed them anew");
    put(MADE, "b", 4, 5, 6);
    putText(" a text\n", MADE, "c", 7, 8, 9);
    send("blank", null);
    assertThat(rows(open(passages)).subList(1, 3))
        .containsExactly(List.of(4f, 5f, 6f), List.of(7f, 8f, 9f));
    assertThat(err.toString(UTF_8)).doesNotContain("have no text");
  }

  @Test
  void shouldSayThatItCannotCompareWithoutTexts() throws Exception {
    putText("", MADE, "a", 1, 2, 3);
    put(MADE, "b", 1, 2, 3);
    assertThat(rows(open(passages("a", "b")))).hasSize(2);
    assertThat(err.toString(UTF_8)).contains("1 embeddings on").contains("have no text");
  }

  @Test
  void shouldRefuseVectorsOfSeveralModelsUntilAllAreOfOne() throws Exception {
    Provenance other = by("v", 2, VectorType.FLOAT32);
    put(MADE, "a", 1, 2, 3);
    put(MADE, "b", 1, 2, 3);
    put(other, "b", 1, 2);
    assertThatThrownBy(() -> open(passages("a", "b")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("by 2 models")
        .hasMessageContaining("1 by a/dpr-ctx_encoder@r1, weights w")
        .hasMessageContaining("1 by a/dpr-ctx_encoder@r1, weights v");
    put(other, "a", 4, 5);
    assertThat(rows(open(passages("a", "b")))).containsExactly(List.of(4f, 5f), List.of(1f, 2f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"precision", "template"})
  void shouldRefuseVectorsThatWereMadeInSeveralWays(String way) throws Exception {
    Provenance.Computation computed =
        new Provenance.Computation("cls", true, way.equals("precision") ? "bf16" : "fp32", "", 3);
    put(MADE, "a", 1, 2, 3);
    put(
        new Provenance(
            MADE.model(),
            computed.withTemplate(way.equals("template") ? "{title} {text}" : "pair")),
        "b",
        1,
        2,
        3);
    assertThatThrownBy(() -> open(passages("a", "b"))).hasMessageContaining("by 2 models");
  }

  @Test
  void shouldRefuseVectorsOfQuestionsAndATopicOfOthers() throws Exception {
    put(new Provenance(MADE.model(), MADE.computed().withTemplate("")), "a", 1, 2, 3);
    assertThatThrownBy(() -> open(passages("a")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("holds vectors of questions, by a/dpr-ctx_encoder")
        .hasMessageContaining("encoder.role=passage");
    assertThatThrownBy(() -> open(passages("x")))
        .isInstanceOf(FatalException.class)
        .hasMessageContaining("holds 1 embeddings and none of the passages");
  }

  @Test
  void shouldBringBitsIntoCoordinates() throws Exception {
    put(by("w", 9, VectorType.UBINARY), "a", 0b10100000, 0b10000000);
    assertThat(rows(open(passages("a"))))
        .containsExactly(List.of(1f, -1f, 1f, -1f, -1f, -1f, -1f, -1f, 1f));
  }

  @Test
  void shouldKeepOutOfAFolderOfVectorsThatWereEncodedHere() throws Exception {
    Path encoded = Files.createDirectories(folder.resolve("encoded"));
    Files.writeString(encoded.resolve("manifest.properties"), "format=questream passage vectors 2");
    byte[] shard = new byte[12];
    Files.write(encoded.resolve("shard-000000.float32"), shard);
    put(MADE, "a", 1, 2, 3);
    assertThatThrownBy(() -> open(passages("a"), encoded))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("name another folder with --passage-embeddings");
    assertThat(Arrays.equals(Files.readAllBytes(encoded.resolve("shard-000000.float32")), shard))
        .isTrue();
  }
}
