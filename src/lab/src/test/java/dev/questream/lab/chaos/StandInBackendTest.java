package dev.questream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.batching.BatchingEncoder;
import dev.questream.encoder.batching.TokenBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stand-in behind the real batching encoder. */
class StandInBackendTest {
  private static final StandInSettings SETTINGS =
      new StandInSettings(Duration.ZERO, Duration.ofMillis(20), Sabotage.NONE);

  private final StandInVectors reference = new StandInVectors();
  private BatchingEncoder encoder = encoder(SETTINGS);

  private static BatchingEncoder encoder(StandInSettings settings) {
    return new BatchingEncoder(new StandInBackend(settings), new TokenBudget(256, 4096, 2));
  }

  @AfterEach
  void close() {
    encoder.close();
  }

  private List<CompletableFuture<Embedding>> submit(List<String> texts) {
    return encoder.submit(texts.stream().map(EncoderInput::question).toList());
  }

  private static List<String> texts(int count) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add("question number " + i);
    }
    return texts;
  }

  @Test
  void shouldGiveEachTextAVectorOfItsOwn() {
    Set<List<Float>> vectors = new HashSet<>();
    for (String text : texts(10_000)) {
      float[] vector = StandInVectors.vector(StandInVectors.tokenIds(text));
      List<Float> elements = new ArrayList<>();
      for (float element : vector) {
        assertThat(element).isBetween(-1f, 1f);
        elements.add(element);
      }
      vectors.add(elements);
    }
    assertThat(vectors).hasSize(10_000);
  }

  @ParameterizedTest
  @EnumSource(
      value = Mark.class,
      names = {"THROW_ONCE", "HANG", "LATE", "OOM"})
  void shouldEncodeAMarkedTextInTheEnd(Mark mark) {
    List<String> texts = texts(20);
    texts.set(7, "trouble " + mark.word());
    List<CompletableFuture<Embedding>> futures = submit(texts);
    for (int i = 0; i < texts.size(); i++) {
      assertThat(reference.matches(texts.get(i), futures.get(i).join().vector())).isTrue();
    }
  }

  @Test
  void shouldFailOnTheTextThatIsToBlameAlone() {
    List<String> texts = texts(20);
    texts.set(7, "trouble " + Mark.FAIL.word());
    List<CompletableFuture<Embedding>> futures = submit(texts);
    assertThatThrownBy(futures.get(7)::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            EncoderException.class,
            e -> assertThat(e.reason()).isEqualTo(EncoderException.Reason.INFERENCE_FAILED));
    futures.remove(7);
    futures.forEach(CompletableFuture::join);
  }

  @Test
  void shouldGiveWrongVectorsWhenItIsSabotaged() {
    encoder.close();
    encoder = encoder(new StandInSettings(Duration.ZERO, Duration.ZERO, Sabotage.SWAP_VECTORS));
    List<String> texts = texts(4);
    List<CompletableFuture<Embedding>> futures = submit(texts);
    long wrong = 0;
    for (int i = 0; i < texts.size(); i++) {
      wrong += reference.matches(texts.get(i), futures.get(i).join().vector()) ? 0 : 1;
    }
    assertThat(wrong).isPositive();
  }
}
