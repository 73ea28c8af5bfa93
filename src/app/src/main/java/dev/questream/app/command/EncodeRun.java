package dev.questream.app.command;

import dev.questream.app.console.ExitCode;
import dev.questream.app.console.FatalException;
import dev.questream.app.console.Progress;
import dev.questream.app.io.EmbeddingWriter;
import dev.questream.app.io.InputItem;
import dev.questream.app.io.InputReader;
import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderException;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.QuestionEncoder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Streams inputs through the encoder with a bounded number under way, and writes them in order. */
final class EncodeRun {
  private static final int WINDOW = 256;
  private static final int MAX_UNDER_WAY = 16 * WINDOW;

  private final QuestionEncoder encoder;
  private final EmbeddingWriter writer;
  private final Progress progress;
  private final long start = System.nanoTime();
  private final List<InputItem> window = new ArrayList<>();
  private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
  private long written;
  private long rejected;
  private long truncated;
  private long tokens;

  private record UnderWay(InputItem item, CompletableFuture<Embedding> future) {}

  EncodeRun(QuestionEncoder encoder, EmbeddingWriter writer, Progress progress) {
    this.encoder = encoder;
    this.writer = writer;
    this.progress = progress;
  }

  void encode(InputReader reader) throws IOException {
    for (InputItem item = reader.next(); item != null; item = reader.next()) {
      window.add(item);
      if (window.size() == WINDOW) {
        submit();
        writeUntil(MAX_UNDER_WAY);
      }
    }
    submit();
    writeUntil(0);
    progress.done();
  }

  private void submit() {
    List<EncoderInput> texts = new ArrayList<>();
    for (InputItem item : window) {
      if (item instanceof InputItem.Text text) {
        texts.add(text.input());
      }
    }
    List<CompletableFuture<Embedding>> futures = encoder.submit(texts);
    int next = 0;
    for (InputItem item : window) {
      underWay.add(new UnderWay(item, item instanceof InputItem.Text ? futures.get(next++) : null));
    }
    window.clear();
  }

  private void writeUntil(int left) throws IOException {
    while (underWay.size() > left) {
      write(underWay.removeFirst());
      progress.at(written + rejected, "");
    }
  }

  private void write(UnderWay next) throws IOException {
    if (next.item() instanceof InputItem.Unreadable unreadable) {
      reject(unreadable.id(), "unreadable", unreadable.message());
      return;
    }
    try {
      Embedding embedding = next.future().join();
      writer.write(next.item().id(), embedding);
      written++;
      tokens += embedding.tokenCount();
      truncated += embedding.truncated() ? 1 : 0;
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof EncoderException failure)) {
        throw e;
      }
      reject(next.item().id(), failure.reason().code(), failure.getMessage());
    }
  }

  private void reject(String id, String reason, String message) throws IOException {
    rejected++;
    if (!writer.reject(id, reason, message)) {
      throw new FatalException(
          ExitCode.REJECTED,
          "input %s cannot be encoded: %s; a matrix cannot leave a row out, so nothing was written"
                  .formatted(id, message)
              + " (--output-format jsonl can)");
    }
  }

  long rejected() {
    return rejected;
  }

  String summary() {
    double seconds = (System.nanoTime() - start) / 1e9;
    EncoderInfo info = encoder.info();
    return String.format(
        Locale.ROOT,
        "%,d vectors of %s (%s, %s) in %.1f s, %.0f/s, %,d tokens; %,d truncated to %d"
            + " tokens, %,d rejected",
        written,
        info.provenance().computed().describeVector(),
        info.modelId(),
        info.precision().label(),
        seconds,
        written / seconds,
        tokens,
        truncated,
        info.maxTokens(),
        rejected);
  }
}
