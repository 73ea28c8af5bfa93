package dev.questream.encoder.batching;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts that run through the model together.
 *
 * @param texts at least one
 * @param failures how often just these texts have failed together
 * @param hangs how often they were in a call that took too long
 */
record Batch(List<WaitingText> texts, int failures, int hangs) {

  static Batch of(List<WaitingText> texts) {
    return new Batch(texts, 0, 0);
  }

  /** A batch that nobody waits for, to see whether the model answers. */
  static Batch probe(int[] specialTokens) {
    return of(List.of(WaitingText.probe(specialTokens)));
  }

  boolean isProbe() {
    return texts.get(0).isProbe();
  }

  int size() {
    return texts.size();
  }

  int tokens() {
    return texts.stream().mapToInt(WaitingText::tokens).sum();
  }

  List<int[]> ids() {
    return texts.stream().map(WaitingText::ids).toList();
  }

  Batch failedAgain() {
    return new Batch(texts, failures + 1, hangs);
  }

  /** Both halves; whoever stands alone has its own retries before it. */
  List<Batch> halves() {
    int half = texts.size() / 2;
    return List.of(half(0, half), half(half, texts.size()));
  }

  private Batch half(int from, int to) {
    return new Batch(texts.subList(from, to), to - from == 1 ? 0 : failures, hangs);
  }

  /**
   * Every text alone: each call that hangs costs a worker, so the culprit is singled out at once.
   */
  List<Batch> singlesAfterHang() {
    List<Batch> singles = new ArrayList<>(texts.size());
    for (WaitingText text : texts) {
      singles.add(new Batch(List.of(text), failures, hangs + 1));
    }
    return singles;
  }
}
