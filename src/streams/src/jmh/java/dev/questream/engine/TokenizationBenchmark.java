package dev.questream.engine;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.PassageTemplate;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.Truncation;
import dev.questream.jmh.Questions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A question into token ids, by the bundled model's tokenizer; a batch into packed arrays. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenizationBenchmark {
  private static final int BATCH = 128;

  private List<String> texts;
  private List<int[]> batch;
  private ModelTokenizer tokenizer;
  private int next;

  /** Opens the tokenizer. */
  @Setup
  public void open() {
    byte[] json =
        PublishedModel.bundled(Path.of(System.getProperty("java.io.tmpdir"))).tokenizerJson();
    tokenizer = new ModelTokenizer(json, 512, "", PassageTemplate.PAIR, Truncation.TRUNCATE_TAIL);
    texts = Questions.texts();
    batch =
        texts.stream()
            .limit(BATCH)
            .map(text -> tokenizer.tokenize(EncoderInput.question(text)).ids())
            .toList();
  }

  @TearDown
  public void close() {
    tokenizer.close();
  }

  @Benchmark
  public TokenizedText tokenize() {
    next = (next + 1) % texts.size();
    return tokenizer.tokenize(EncoderInput.question(texts.get(next)));
  }

  /** A batch of 128 questions, as a whole. */
  @Benchmark
  public Object pack() {
    return PackedBatch.of(batch);
  }
}
