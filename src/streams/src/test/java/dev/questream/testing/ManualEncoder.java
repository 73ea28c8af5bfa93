package dev.questream.testing;

import dev.questream.encoder.Embedding;
import dev.questream.encoder.EncoderInfo;
import dev.questream.encoder.EncoderInput;
import dev.questream.encoder.EncoderRole;
import dev.questream.encoder.QuestionEncoder;
import dev.questream.provenance.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An encoder whose futures the test completes by hand. */
public final class ManualEncoder implements QuestionEncoder {
  public static final EncoderInfo INFO =
      new EncoderInfo(
          new Provenance(
              new Provenance.Model("test-model", "r1", "w".repeat(64), "t".repeat(64)),
              new Provenance.Computation("cls", true, "fp32", "ask: ", 4)),
          EncoderRole.QUESTION,
          64);

  private final EncoderInfo info;
  private final List<List<EncoderInput>> windows = new ArrayList<>();
  private final List<EncoderInput> texts = new ArrayList<>();
  private final List<CompletableFuture<Embedding>> futures = new ArrayList<>();

  public ManualEncoder() {
    this(INFO);
  }

  /** An encoder that says other things of itself. */
  public ManualEncoder(EncoderInfo info) {
    this.info = info;
  }

  @Override
  public EncoderInfo info() {
    return info;
  }

  @Override
  public synchronized List<CompletableFuture<Embedding>> submit(
      String source, List<EncoderInput> window) {
    windows.add(List.copyOf(window));
    List<CompletableFuture<Embedding>> submitted = new ArrayList<>();
    for (EncoderInput text : window) {
      CompletableFuture<Embedding> future = new CompletableFuture<>();
      texts.add(text);
      futures.add(future);
      submitted.add(future);
    }
    return submitted;
  }

  /** Sizes of the windows that were submitted, in order. */
  public synchronized List<Integer> windowSizes() {
    return windows.stream().map(List::size).toList();
  }

  /** Texts that were submitted, in order. */
  public synchronized List<String> texts() {
    return texts.stream().map(EncoderInput::text).toList();
  }

  /** The same with their titles. */
  public synchronized List<EncoderInput> inputs() {
    return List.copyOf(texts);
  }

  /** Completes the n-th submitted text, counted from 0, with {@link #vector} of it. */
  public synchronized void complete(int index) {
    futures.get(index).complete(embedding(texts.get(index).text()));
  }

  public synchronized void completeAll() {
    for (int i = 0; i < futures.size(); i++) {
      complete(i);
    }
  }

  /** Submitted texts that nobody waits for any more. */
  public synchronized long cancelled() {
    return futures.stream().filter(CompletableFuture::isCancelled).count();
  }

  public synchronized void fail(int index, Throwable failure) {
    futures.get(index).completeExceptionally(failure);
  }

  /** The embedding that this encoder gives a text. */
  public static Embedding embedding(String text) {
    int tokens = text.length();
    return new Embedding(vector(text), Math.min(tokens, 64), tokens);
  }

  /** A vector that is a function of the text. */
  public static float[] vector(String text) {
    int hash = text.hashCode();
    return new float[] {text.length(), hash & 0xff, (hash >> 8) & 0xff, (hash >> 16) & 0xff};
  }

  @Override
  public void close() {
    // holds nothing
  }
}
