package dev.questream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.checkpoint.PublishedModel;
import dev.questream.checkpoint.TinyCheckpoint;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.TokenizedText;
import dev.questream.encoder.Truncation;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.TokenBudget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of long texts, and of the same text encoded twice. */
class TextRulesTest {
  private static final long SEED = Long.getLong("questream.seed", System.nanoTime());
  private static final int LIMIT = TinyCheckpoint.POSITIONS;

  @TempDir Path work;
  private Path folder;

  @BeforeEach
  void makeModel() {
    folder = work.resolve("tiny-model");
    TinyModelFolder.dpr(folder, TinyCheckpoint.random(TinyCheckpoint.Layout.QUESTION, SEED));
  }

  private TorchBackend open(Truncation truncation, String prefix) {
    return TorchBackend.open(
        PublishedModel.in(folder),
        new EngineSettings(
            EncoderRole.QUESTION,
            new EngineSettings.Text(Optional.of(prefix), truncation),
            new EngineSettings.Arithmetic(PrecisionChoice.of("fp32"), 0.999),
            EngineSettings.Compute.CPU,
            work.resolve("cache")));
  }

  private static String words(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(TinyModelFolder::word)
        .collect(Collectors.joining(" "));
  }

  private static int[] ids(int from, int count) {
    return IntStream.range(from, from + count).map(TinyModelFolder::wordId).toArray();
  }

  private static int[] joined(int[]... parts) {
    return java.util.Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  private static int[] one(int id) {
    return new int[] {id};
  }

  @Test
  void shouldLeaveOutTheTailAndKeepTheSeparator() {
    try (TorchBackend backend = open(Truncation.TRUNCATE_TAIL, "")) {
      TokenizedText text = backend.tokenize(EncoderInput.question(words(0, 100)));
      assertThat(text.originalCount()).isEqualTo(102);
      assertThat(text.ids())
          .containsExactly(
              joined(one(TinyModelFolder.CLS), ids(0, LIMIT - 2), one(TinyModelFolder.SEP)));
    }
  }

  @Test
  void shouldLeaveOutTheHeadAndKeepThePrefix() {
    try (TorchBackend backend = open(Truncation.TRUNCATE_HEAD, words(120, 3) + " ")) {
      TokenizedText text = backend.tokenize(EncoderInput.question(words(0, 100)));
      assertThat(text.originalCount()).isEqualTo(105);
      int kept = LIMIT - 5;
      assertThat(text.ids())
          .containsExactly(
              joined(
                  one(TinyModelFolder.CLS),
                  ids(120, 3),
                  ids(100 - kept, kept),
                  one(TinyModelFolder.SEP)));
    }
  }

  @Test
  void shouldRefuseALongTextWhenAsked() {
    try (TorchBackend backend = open(Truncation.REJECT, "")) {
      assertThat(backend.tokenize(EncoderInput.question(words(0, LIMIT - 2))).ids()).hasSize(LIMIT);
      assertThatThrownBy(() -> backend.tokenize(EncoderInput.question(words(0, LIMIT - 1))))
          .isInstanceOfSatisfying(
              EncoderException.class,
              e -> assertThat(e.reason()).isEqualTo(EncoderException.Reason.TEXT_TOO_LONG))
          .hasMessageContaining("65 tokens")
          .hasMessageContaining("takes 64");
    }
  }

  @Test
  void shouldGiveTheSameBytesForTheSameTextWhenEveryTextStandsAlone() {
    Random random = new Random(SEED);
    List<EncoderInput> texts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      texts.add(EncoderInput.question(words(random.nextInt(40), 1 + random.nextInt(60))));
    }
    List<float[]> first = encodeAlone(texts);
    List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
    Collections.shuffle(order, random);
    List<float[]> second = encodeAlone(order.stream().map(texts::get).toList());
    for (int i = 0; i < order.size(); i++) {
      assertThat(second.get(i))
          .as("seed %d, text %d", SEED, i)
          .containsExactly(first.get(order.get(i)));
    }
  }

  private List<float[]> encodeAlone(List<EncoderInput> texts) {
    try (BatchingEncoder encoder =
        new BatchingEncoder(open(Truncation.TRUNCATE_TAIL, ""), new TokenBudget(1, 1, 2))) {
      List<CompletableFuture<Embedding>> futures = encoder.submit(texts);
      List<float[]> vectors = futures.stream().map(future -> future.join().vector()).toList();
      assertThat(encoder.statistics().batches()).isEqualTo(texts.size());
      return vectors;
    }
  }
}
