package dev.questream.lab.evaluate;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** Streams texts through an encoder with a bounded number under way; vectors come in order. */
final class OrderedEncoding {
  private static final int WINDOW = 256;
  private static final int MAX_UNDER_WAY = 16 * WINDOW;

  private final QuestionEncoder encoder;
  private final Sink sink;
  private final ArrayDeque<CompletableFuture<Embedding>> underWay = new ArrayDeque<>();

  /** Takes the vectors. */
  interface Sink {
    void encoded(Embedding embedding) throws IOException;

    /** A text that has no vector; the failure says why. */
    void rejected(EncoderException failure) throws IOException;
  }

  private OrderedEncoding(QuestionEncoder encoder, Sink sink) {
    this.encoder = encoder;
    this.sink = sink;
  }

  /**
   * Encodes all texts.
   *
   * @param texts gives the next, or null at the end
   */
  static void run(QuestionEncoder encoder, Supplier<EncoderInput> texts, Sink sink)
      throws IOException {
    OrderedEncoding encoding = new OrderedEncoding(encoder, sink);
    List<EncoderInput> window = new ArrayList<>();
    for (EncoderInput text = texts.get(); text != null; text = texts.get()) {
      window.add(text);
      if (window.size() == WINDOW) {
        encoding.submit(window);
        encoding.takeUntil(MAX_UNDER_WAY);
      }
    }
    encoding.submit(window);
    encoding.takeUntil(0);
  }

  private void submit(List<EncoderInput> window) {
    underWay.addAll(encoder.submit(List.copyOf(window)));
    window.clear();
  }

  private void takeUntil(int left) throws IOException {
    while (underWay.size() > left) {
      try {
        sink.encoded(underWay.removeFirst().join());
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof EncoderException failure)) {
          throw e;
        }
        if (!failure.reason().blamesText()) {
          throw new FatalException(ExitCode.FAILED, failure.getMessage(), failure);
        }
        sink.rejected(failure);
      }
    }
  }
}
