package dev.questream.serde;

import dev.questream.avro.Question;
import dev.questream.avro.QuestionEmbedding;
import dev.questream.jmh.Questions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.message.BinaryMessageEncoder;
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

  private static final String TICKET =
      """
      {"type":"record","name":"Ticket","namespace":"com.acme","fields":[
        {"name":"no","type":"string"},{"name":"body","type":"string"},
        {"name":"labels","type":{"type":"map","values":"string"}},{"name":"opened","type":"long"}]}
      """;

  private QuestionDecoder questions;
  private byte[][] questionBytes;
  private QuestionDecoder tickets;
  private byte[][] ticketBytes;
  private QuestionEmbeddingSerializer serializer;
  private QuestionEmbeddingDeserializer deserializer;
  private QuestionEmbedding embedding;
  private byte[] embeddingBytes;
  private int next;

  /** Makes the records. */
  @Setup
  public void prepare() throws IOException {
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
    Path schema = Files.writeString(Files.createTempFile("ticket", ".avsc"), TICKET);
    Map<String, String> fields = new HashMap<>(settings);
    fields.put("input.schema.file", format.equals("AVRO") ? schema.toString() : "");
    fields.put("input.text", "body");
    fields.put("input.id", "no");
    fields.put("input.metadata", "labels");
    fields.put("input.asked.at", "opened");
    tickets = new QuestionDecoder(fields);
    ticketBytes = texts.stream().map(this::ticket).toArray(byte[][]::new);
    Files.delete(schema);
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

  private byte[] ticket(String text) {
    if (format.equals("JSON")) {
      return """
          {"no":"q-1","body":"%s","labels":{"language":"en"},"opened":1}"""
          .formatted(text.replace("\"", "\\\""))
          .getBytes(StandardCharsets.UTF_8);
    }
    Schema schema = new Schema.Parser().parse(TICKET);
    GenericData.Record ticket = new GenericData.Record(schema);
    ticket.put("no", "q-1");
    ticket.put("body", text);
    ticket.put("labels", Map.of("language", "en"));
    ticket.put("opened", 1L);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new BinaryMessageEncoder<GenericData.Record>(GenericData.get(), schema).encode(ticket, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The same out of a record of somebody else's, in fields that settings name. */
  @Benchmark
  public Question readMappedQuestion() {
    next = (next + 1) % ticketBytes.length;
    return tickets.decode("q-1".getBytes(StandardCharsets.UTF_8), ticketBytes[next]);
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
