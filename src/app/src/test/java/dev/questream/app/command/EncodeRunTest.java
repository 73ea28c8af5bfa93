package dev.questream.app.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.questream.app.console.Console;
import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.io.EmbeddingWriter;
import dev.questream.app.io.InputFormat;
import dev.questream.app.io.InputReader;
import dev.questream.app.io.JsonlWriter;
import dev.questream.app.io.NpyWriter;
import dev.questream.app.io.OutputTarget;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.provenance.VectorType;
import dev.questream.testing.TestInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodeRunTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());

  /**
   * The most that may be under way: 16 windows of 256, and the window that was just handed over.
   */
  private static final int MOST_UNDER_WAY = 17 * 256;

  @TempDir Path folder;

  private final FakeEncoder encoder = new FakeEncoder();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void close() {
    encoder.close();
  }

  /** Numbers become vectors; futures of a window are completed in random order, by threads. */
  private static final class FakeEncoder implements QuestionEncoder {
    private final Random random = new Random(SEED);
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<EncoderInput> submitted = new ArrayList<>();
    private final List<Integer> windows = new ArrayList<>();
    private RuntimeException failure =
        new EncoderException(EncoderException.Reason.EMPTY_TEXT, "the text is empty");

    @Override
    public EncoderInfo info() {
      return TestInfo.of("fake", 1);
    }

    @Override
    public List<CompletableFuture<Embedding>> submit(String source, List<EncoderInput> texts) {
      submitted.addAll(texts);
      windows.add(texts.size());
      List<CompletableFuture<Embedding>> futures =
          Stream.generate(CompletableFuture<Embedding>::new).limit(texts.size()).toList();
      List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
      Collections.shuffle(order, random);
      for (int i : order) {
        threads.execute(() -> complete(futures.get(i), texts.get(i).text()));
      }
      return futures;
    }

    private void complete(CompletableFuture<Embedding> future, String text) {
      if (text.isBlank()) {
        future.completeExceptionally(failure);
      } else {
        int number = Integer.parseInt(text);
        future.complete(
            new Embedding(new float[] {number}, 3, number % 100 == 0 && number > 0 ? 4 : 3));
      }
    }

    @Override
    public void close() {
      threads.shutdownNow();
    }
  }

  /** Remembers what it was told. */
  private static class Told implements EmbeddingWriter {
    final List<String> calls = new ArrayList<>();

    @Override
    public void write(String id, Embedding embedding) {
      calls.add(id + "=" + (int) embedding.vector()[0]);
    }

    @Override
    public boolean reject(String id, String reason, String message) {
      calls.add(id + ": " + reason + ": " + message);
      return true;
    }

    @Override
    public void commit() {
      calls.add("committed");
    }

    @Override
    public void close() {
      calls.add("closed");
    }
  }

  private EncodeRun run(EmbeddingWriter writer, String input, InputFormat format)
      throws IOException {
    Progress progress =
        new Console(
                new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
                new PrintStream(err, true, UTF_8),
                false)
            .progress("encoding", 0);
    EncodeRun run = new EncodeRun(encoder, writer, progress);
    try (InputReader reader =
        new InputReader(
            new ByteArrayInputStream(input.getBytes(UTF_8)), format, EncoderRole.QUESTION)) {
      run.encode(reader);
    }
    return run;
  }

  private static String numbers(int count) {
    StringBuilder numbers = new StringBuilder();
    for (int i = 0; i < count; i++) {
      numbers.append(i).append('\n');
    }
    return numbers.toString();
  }

  @Test
  void shouldKeepTheOrderOfTheInput() throws IOException {
    for (int count : new int[] {0, 1, 255, 256, 257, 10_000}) {
      Told told = new Told();
      EncodeRun run = run(told, numbers(count), InputFormat.TEXT);
      assertThat(told.calls)
          .as("seed %d", SEED)
          .containsExactlyElementsOf(
              IntStream.range(0, count).mapToObj(i -> (i + 1) + "=" + i).toList());
      assertThat(run.rejected()).isZero();
    }
  }

  @Test
  void shouldHandOverWindowsSoThatTheEncoderCanBatch() throws IOException {
    run(new Told(), numbers(1000), InputFormat.TEXT);
    assertThat(encoder.windows).containsExactly(256, 256, 256, 232);
    assertThat(encoder.submitted.stream().map(EncoderInput::text))
        .containsExactlyElementsOf(numbers(1000).lines().toList());
  }

  @Test
  void shouldNotReadAheadWithoutBound() throws IOException {
    int[] written = {0};
    int[] most = {0};
    Told told =
        new Told() {
          @Override
          public void write(String id, Embedding embedding) {
            written[0]++;
            most[0] = Math.max(most[0], encoder.submitted.size() - written[0]);
          }
        };
    run(told, numbers(20_000), InputFormat.TEXT);
    assertThat(written[0]).isEqualTo(20_000);
    assertThat(most[0]).isLessThanOrEqualTo(MOST_UNDER_WAY);
  }

  @Test
  void shouldRejectInPlace() throws IOException {
    Told told = new Told();
    EncodeRun run =
        run(
            told,
            """
            {"id":"a","text":"1"}
            no json
            {"id":"c","text":" "}
            {"id":"d","text":"4"}
            """,
            InputFormat.JSONL);
    assertThat(told.calls).hasSize(4);
    assertThat(told.calls.get(0)).isEqualTo("a=1");
    assertThat(told.calls.get(1)).startsWith("2: unreadable: line 2 is no JSON");
    assertThat(told.calls.get(2)).isEqualTo("c: empty-text: the text is empty");
    assertThat(told.calls.get(3)).isEqualTo("d=4");
    assertThat(run.rejected()).isEqualTo(2);
  }

  @Test
  void shouldGiveOneLinePerInputWhateverIsInIt() throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (JsonlWriter writer =
        new JsonlWriter(
            OutputTarget.of(file.toString(), new ByteArrayOutputStream()), VectorType.FLOAT32)) {
      run(
          writer,
          "😀\n{\"text\":\"1\"}\n{\"id\":\"\\ud83d\",\"text\":\"2\"}\n\n{\"text\":\"\"}\n",
          InputFormat.JSONL);
      writer.commit();
    }
    assertThat(Files.readAllLines(file)).hasSize(5);
  }

  @Test
  void shouldRefuseAMatrixWithARowLeftOut() throws IOException {
    Path file = folder.resolve("out.npy");
    try (NpyWriter writer =
        new NpyWriter(
            OutputTarget.of(file.toString(), new ByteArrayOutputStream()), VectorType.FLOAT32, 1)) {
      FatalException failure =
          catchThrowableOfType(
              FatalException.class, () -> run(writer, "1\n\n3\n", InputFormat.TEXT));
      assertThat(failure.exitCode()).isEqualTo(ExitCode.REJECTED);
      assertThat(failure)
          .hasMessageContaining("input 2 ")
          .hasMessageContaining("the text is empty")
          .hasMessageContaining("--output-format jsonl");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("nothing was written").isEmpty();
    }
  }

  @Test
  void shouldNotTakeAFailureOfTheEncoderForARejectedInput() {
    encoder.failure = new IllegalStateException("native crash");
    assertThatThrownBy(() -> run(new Told(), "1\n\n3\n", InputFormat.TEXT))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("native crash");
  }

  @Test
  void shouldSumUp() throws IOException {
    EncodeRun run = run(new Told(), numbers(1201) + "\n", InputFormat.TEXT);
    assertThat(run.summary())
        .matches(
            "1,201 vectors of 1 dimensions \\(fake, fp32\\) in [0-9.]+ s, [0-9]+/s, 3,603 tokens;"
                + " 12 truncated to 512 tokens, 1 rejected");
  }
}
