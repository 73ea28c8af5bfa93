package dev.questream.encoder.batching;

import static dev.questream.encoder.batching.EncoderFixture.ROOMY;
import static dev.questream.encoder.batching.EncoderFixture.assertVector;
import static dev.questream.encoder.batching.EncoderFixture.awaitQueued;
import static dev.questream.encoder.batching.EncoderFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInput;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a caller sees of the encoder when nothing goes wrong. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchingEncoderTest {
  @Test
  void shouldGiveEachTextItsVectorInTheOrderOfSubmission() throws Exception {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      List<String> texts = IntStream.range(0, 100).mapToObj(i -> "text " + i).toList();
      List<CompletableFuture<Embedding>> futures =
          encoder.submit(texts.stream().map(EncoderInput::question).toList());
      assertThat(futures).hasSameSizeAs(texts);
      for (int i = 0; i < texts.size(); i++) {
        assertVector(futures.get(i), texts.get(i));
      }
    }
  }

  @Test
  void shouldReportTokensBeforeAndAfterTheCut() throws Exception {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      Embedding whole = get(encoder.submit(EncoderInput.question("12345")));
      assertThat(whole.tokenCount()).isEqualTo(5);
      assertThat(whole.originalTokenCount()).isEqualTo(5);
      assertThat(whole.truncated()).isFalse();
      // The fake counts the characters of a title among what was cut.
      Embedding cut = get(encoder.submit(EncoderInput.passage("abc", "12345")));
      assertThat(cut.tokenCount()).isEqualTo(5);
      assertThat(cut.originalTokenCount()).isEqualTo(8);
      assertThat(cut.truncated()).isTrue();
    }
  }

  @Test
  void shouldTakeAnEmptyWindow() {
    try (BatchingEncoder encoder = new BatchingEncoder(new FakeBackend(), ROOMY)) {
      assertThat(encoder.submit(List.of())).isEmpty();
      awaitQueued(encoder);
    }
  }

  @Test
  void shouldTellWhatTheBackendIs() {
    FakeBackend backend = new FakeBackend();
    try (BatchingEncoder encoder = new BatchingEncoder(backend, ROOMY)) {
      assertThat(encoder.info()).isEqualTo(backend.info());
    }
  }
}
