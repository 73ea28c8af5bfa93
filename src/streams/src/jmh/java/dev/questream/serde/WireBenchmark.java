package dev.questream.serde;

import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.jmh.Questions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Reading a question and writing, or reading, its embedding of 768 floats. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WireBenchmark {
  private static final String TOPIC = "embeddings";
  private static final int DIMENSIONS = 768;

  @Param({"AVRO", "JSON"})
  private String format;

  private QuestionDecoder questions;
  private byte[][] questionBytes;
  private QuestionEmbeddingSerializer serializer;
  private QuestionEmbeddingDeserializer deserializer;
  private QuestionEmbedding embedding;
  private byte[] embeddingBytes;
  private int next;

  /** Makes the records. */
  @Setup
  public void prepare() {
    Map<String, String> settings =
        Map.of("input.format", lower(), "output.format", lower(), "schema.registry.url", "");
    questions = new QuestionDecoder(settings);
    QuestionSerializer writer = new QuestionSerializer();
    writer.configure(settings, false);
    List<String> texts = Questions.texts();
    questionBytes =
        texts.stream()
            .map(text -> new Question("q-1", text, Map.of("language", "en"), 1L))
            .map(question -> writer.serialize("questions", question))
            .toArray(byte[][]::new);
    serializer = new QuestionEmbeddingSerializer();
    serializer.configure(settings, false);
    deserializer = new QuestionEmbeddingDeserializer();
    deserializer.configure(settings, false);
    embedding = embedding(texts.get(0));
    embeddingBytes = serializer.serialize(TOPIC, embedding);
  }

  private String lower() {
    return format.toLowerCase(Locale.ROOT);
  }

  private static QuestionEmbedding embedding(String text) {
    Random random = new Random(1);
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return QuestionEmbedding.newBuilder()
        .setId("q-1")
        .setText(text)
        .setEmbedding(new FloatVector(vector))
        .setDimensions(DIMENSIONS)
        .setModelId("soheeyang/rdr-question_encoder-single-trivia-base")
        .setModelRevision("0".repeat(40))
        .setWeightsSha256("0".repeat(64))
        .setTokenizerSha256("f".repeat(64))
        .setPooling("pooler")
        .setNormalized(false)
        .setPrecision("bf16")
        .setPrefix("")
        .setTokenCount(12)
        .setOriginalTokenCount(12)
        .setTruncated(false)
        .setMetadata(Map.of("language", "en"))
        .setAskedAtMs(1L)
        .setSourceTopic("questions")
        .setSourcePartition(1)
        .setSourceOffset(1L)
        .setEmbeddedAtMs(1L)
        .build();
  }

  /** A question from the bytes of a record. */
  @Benchmark
  public Question readQuestion() {
    next = (next + 1) % questionBytes.length;
    return questions.decode("q-1".getBytes(StandardCharsets.UTF_8), questionBytes[next]);
  }

  /** The bytes of an embedding. */
  @Benchmark
  public byte[] writeEmbedding() {
    return serializer.serialize(TOPIC, embedding);
  }

  /** An embedding from its bytes, as a consumer reads it. */
  @Benchmark
  public QuestionEmbedding readEmbedding() {
    return deserializer.deserialize(TOPIC, embeddingBytes);
  }
}
