package dev.questream.processor;

import dev.questream.avro.PendingQuestion;
import dev.questream.avro.Question;
import dev.questream.encoder.Embedding;
import dev.questream.jmh.Questions;
import dev.questream.serde.SerdeConfig.OutputKey;
import dev.questream.testing.TestInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The rules of a task: questions into windows, and answers into records. Times are a question's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WindowBenchmark {
  private static final int QUESTIONS = 128;
  private static final int MAX_TOKENS = 512;

  private final List<String> texts = Questions.texts().subList(0, QUESTIONS);
  private final Window window =
      new Window(
          new EmbedSettings.WindowBounds(QUESTIONS, 1 << 20, Duration.ofMillis(10)), MAX_TOKENS);
  private final EmbeddingRecords records =
      new EmbeddingRecords(TestInfo.of("model", 768).provenance(), OutputKey.ID);
  private final Question question = new Question("q-1", texts.get(0), Map.of("language", "en"), 1L);
  private final Embedding embedding = new Embedding(new float[768], 12, 12);
  private final PendingQuestion pending =
      new PendingQuestion(
          0, "questions", 1L, bytes("q-1"), bytes("any value of some thirty bytes."), List.of());

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private InFlight asked(long offset) {
    return new InFlight(
        new SourcePosition("questions", 0, offset, 0), pending, new Arrival.Asked(question), false);
  }

  /** A window from its first question to its closing. */
  @Benchmark
  @OperationsPerInvocation(QUESTIONS)
  public void fillWindow(Blackhole blackhole) {
    for (int i = 0; i < QUESTIONS; i++) {
      window.add(asked(i), texts.get(i), 1L);
      blackhole.consume(window.full());
    }
    blackhole.consume(window.close());
  }

  /** The record of an embedding, not yet in bytes. */
  @Benchmark
  public Object answer() {
    return records.of(asked(1), question, embedding, 1L);
  }
}
